#include "store/postgres/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "store/postgres/libpq.h"

namespace claviger::postgres {
namespace {

constexpr std::chrono::milliseconds connect_deadline{3'000};

// Its own changes are in the log by themselves, so the triggers for hand-made ones let them pass.
// A commit is answered when it is durable, on the synchronous standby as well if there is one.
// Our statements are short: compiling one (jit), which the planner does by its estimates of a table
// that was never analyzed, takes a hundred times as long.
constexpr const char* session_settings =
    "SET claviger.session = 'on'; SET jit = off; SET synchronous_commit = on;"
    "SET client_min_messages = warning; SET timezone = 'UTC';"
    "SET idle_in_transaction_session_timeout = '60s'";

std::string trimmed(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  std::ranges::replace(line, '\n', ' ');
  return line;
}

bool has_failed(const PGresult* result) {
  switch (pq().resultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_PIPELINE_SYNC:
      return false;
    default:
      return true;
  }
}

std::string_view state_of(const PGresult* result) {
  const char* state = pq().resultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view{} : state;
}

}  // namespace

void FreeResult::operator()(pg_result* result) const noexcept {
  pq().clear(result);
}

void Connection::Close::operator()(pg_conn* connection) const noexcept {
  pq().finish(connection);
}

Result<std::unique_ptr<Connection>> Connection::open(ConnectionOptions options) {
  TRY_STATUS(load_libpq());
  std::unique_ptr<Connection> connection(new Connection(std::move(options)));
  TRY_STATUS(connection->connect());
  return connection;
}

Connection::~Connection() = default;

Error Connection::broken(std::string cause) {
  state_.fill('\0');
  connection_.reset();
  pending_ = 0;
  return Error{.code = Code::storage_unavailable,
               .detail = "The database cannot do this at the moment.",
               .cause = std::move(cause)};
}

Error Connection::error_of(const pg_result* result) {
  const auto state = state_of(result);
  state_.fill('\0');
  std::copy_n(state.begin(), std::min(state.size(), state_.size() - 1), state_.begin());
  // What else there is of it may show a row.
  const char* primary = pq().resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  auto cause = fmt::format("postgresql {}: {}", state,
                           trimmed(primary != nullptr ? primary : pq().resultErrorMessage(result)));
  if (state.starts_with("23"))
    return Error{.code = Code::conflict, .detail = "There is one already.", .cause = cause};
  return Error{.code = Code::storage_unavailable,
               .detail = "The database cannot do this at the moment.",
               .cause = std::move(cause)};
}

Status Connection::connect() {
  const auto& [host, address, port, is_only] = options_.host;
  const auto timeout = std::to_string(options_.deadline.count());
  std::vector<const char*> keys{"dbname",           "target_session_attrs", "connect_timeout",
                                "application_name", "client_encoding",      "tcp_user_timeout"};
  std::vector<const char*> values{
      options_.url.c_str(), is_only ? "any" : "read-write", "2", "claviger", "UTF8",
      timeout.c_str()};
  // What comes behind the URL goes before it.
  for (const auto& [key, value] :
       {std::pair{"host", &host}, {"hostaddr", &address}, {"port", &port}})
    if (is_only && !value->empty()) {
      keys.push_back(key);
      values.push_back(value->c_str());
    }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(pq().connectdbParams(keys.data(), values.data(), /*expand_dbname=*/1));
  in_transaction_ = false;
  pending_ = 0;
  if (pq().status(connection_.get()) != CONNECTION_OK)
    return fail(broken(trimmed(pq().errorMessage(connection_.get()))));
  pq().setNoticeReceiver(
      connection_.get(),
      [](void* warned, const PGresult* notice) {
        const char* severity = pq().resultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != nullptr && std::string_view(severity) == "WARNING")
          *static_cast<bool*>(warned) = true;
      },
      &is_warned_);
  TRY_STATUS(run(session_settings));
  return {};
}

Status Connection::prepare_all() {
  pq().setnonblocking(connection_.get(), 1);
  if (pq().enterPipelineMode(connection_.get()) != 1) return fail(broken("no pipeline mode"));
  constexpr auto all = query_count + fence_query_count;
  if (statements_.empty())
    for (std::size_t i = 0; i < all; ++i) statements_.emplace_back(*this, fmt::format("s{}", i));
  for (std::size_t i = 0; i < all; ++i) {
    const char* sql = i < query_count ? sql_of(static_cast<Query>(i))
                                      : sql_of(static_cast<FenceQuery>(i - query_count));
    if (pq().sendPrepare(connection_.get(), statements_[i].name_.c_str(), sql, 0, nullptr) != 1)
      return fail(broken(trimmed(pq().errorMessage(connection_.get()))));
    ++pending_;
  }
  if (pq().pipelineSync(connection_.get()) != 1) return fail(broken("the pipeline is closed"));
  const auto until = std::chrono::steady_clock::now() + connect_deadline;
  while (pending_ > 0) {
    const auto answer = TRY(read_answer(until));
    --pending_;
    if (has_failed(answer.get())) return fail(error_of(answer.get()));
  }
  TRY(read_answer(until));  // of the sync
  return {};
}

Status Connection::ensure_open() {
  if (connection_) {
    // A server that went away has closed its side: better seen now than by the next statement.
    pollfd look{.fd = pq().socket(connection_.get()), .events = POLLIN, .revents = 0};
    if (!in_transaction_ && pending_ == 0 && ::poll(&look, 1, 0) > 0 &&
        pq().consumeInput(connection_.get()) != 1)
      (void)broken("closed by the server");
  }
  if (!connection_) {
    if (std::exchange(in_transaction_, false))
      return fail(broken("the connection broke in a transaction"));
    TRY_STATUS(connect());
  }
  if (pq().pipelineStatus(connection_.get()) != PQ_PIPELINE_OFF) return {};
  auto prepared = prepare_all();
  if (!prepared) connection_.reset();
  return prepared;
}

Result<sql::Statement*> Connection::prepared(Query query) {
  auto* const statement = TRY(prepared_at(static_cast<std::size_t>(query)));
  if (query == Query::begin_read || query == Query::begin_write) in_transaction_ = true;
  if (query == Query::end_read) in_transaction_ = false;
  return statement;
}

Result<sql::Statement*> Connection::prepared(FenceQuery query) {
  return prepared_at(query_count + static_cast<std::size_t>(query));
}

Result<sql::Statement*> Connection::prepared_at(std::size_t place) {
  TRY_STATUS(ensure_open());
  return &statements_[place];
}

Result<std::unique_ptr<sql::Statement>> Connection::prepare(const std::string& sql) {
  TRY_STATUS(ensure_open());
  auto statement = std::make_unique<Statement>(*this, fmt::format("p{}", ++prepared_count_));
  if (pq().sendPrepare(connection_.get(), statement->name_.c_str(), sql.c_str(), 0, nullptr) != 1)
    return fail(broken(trimmed(pq().errorMessage(connection_.get()))));
  ++pending_;
  return statement;
}

Status Connection::send(const Statement& statement) {
  if (!connection_) return fail(broken("the connection is closed"));
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < statement.ends_.size(); ++i) {
    values.push_back(statement.nulls_[i] ? nullptr : statement.values_.data() + begin);
    lengths.push_back(static_cast<int>(statement.ends_[i] - begin));
    begin = statement.ends_[i];
  }
  const std::vector<int> binary(values.size(), 1);
  if (pq().sendQueryPrepared(connection_.get(), statement.name_.c_str(),
                             static_cast<int>(values.size()), values.data(), lengths.data(),
                             binary.data(), 1) != 1)
    return fail(broken(trimmed(pq().errorMessage(connection_.get()))));
  ++pending_;
  // What ends a read has no successor that would send it.
  if (!in_transaction_ && pq().flush(connection_.get()) < 0)
    return fail(broken(trimmed(pq().errorMessage(connection_.get()))));
  return {};
}

Result<ResultPtr> Connection::exchange(const Statement& statement) {
  TRY_STATUS(send(statement));
  if (pq().pipelineSync(connection_.get()) != 1) return fail(broken("the pipeline is closed"));
  const auto until = std::chrono::steady_clock::now() + options_.deadline;
  std::optional<Error> earlier;  // of a statement that was sent before
  ResultPtr answer;
  for (; pending_ > 0; --pending_) {
    answer = TRY(read_answer(until));
    if (pending_ > 1 && !earlier && has_failed(answer.get())) earlier = error_of(answer.get());
  }
  TRY(read_answer(until));  // of the sync
  if (earlier) {
    earlier->code = Code::storage_unavailable;
    return fail(*std::move(earlier));
  }
  if (has_failed(answer.get())) return fail(error_of(answer.get()));
  return answer;
}

Result<ResultPtr> Connection::read_answer(Deadline until) {
  ResultPtr answer;
  while (true) {
    while (pq().isBusy(connection_.get()) != 0 || pq().flush(connection_.get()) != 0)
      TRY_STATUS(wait(until, pq().isBusy(connection_.get()) != 0));
    ResultPtr next(pq().getResult(connection_.get()));
    if (!next) {
      if (answer) return answer;
      if (pq().status(connection_.get()) != CONNECTION_OK)
        return fail(broken(trimmed(pq().errorMessage(connection_.get()))));
      continue;
    }
    if (pq().status(connection_.get()) != CONNECTION_OK)
      return fail(broken(trimmed(pq().resultErrorMessage(next.get()))));
    answer = std::move(next);
    if (pq().resultStatus(answer.get()) == PGRES_PIPELINE_SYNC) return answer;
  }
}

Status Connection::wait(Deadline until, bool for_input) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  if (left.count() <= 0) return fail(broken("the server did not answer in time"));
  const bool has_output = pq().flush(connection_.get()) > 0;
  pollfd socket{.fd = pq().socket(connection_.get()), .events = 0, .revents = 0};
  if (for_input || !has_output) socket.events = POLLIN;
  if (has_output) socket.events = static_cast<short>(socket.events | POLLOUT);
  if (::poll(&socket, 1, static_cast<int>(left.count()) + 1) < 0 && errno != EINTR)
    return fail(broken(std::generic_category().message(errno)));
  if ((socket.revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
      pq().consumeInput(connection_.get()) != 1)
    return fail(broken(trimmed(pq().errorMessage(connection_.get()))));
  return {};
}

Result<bool> Connection::commit() {
  commit_sent_ = false;
  auto* const statement = static_cast<Statement*>(TRY(prepared(Query::commit)));
  is_warned_ = false;
  commit_sent_ = true;
  const auto committed = statement->run();
  if (!committed && !connection_) {
    in_transaction_ = false;
    return false;
  }
  if (!committed) return fail(Error(committed.error()));
  in_transaction_ = false;
  // A transaction that had failed answers ROLLBACK.
  const bool is_commit = std::string_view(pq().cmdStatus(statement->result_.get())) == "COMMIT";
  statement->reset();
  if (!is_commit) return fail(broken("the transaction was rolled back"));
  return !is_warned_;
}

void Connection::roll_back() {
  commit_sent_ = false;
  if (connection_ && in_transaction_) (void)execute(Query::rollback);
  in_transaction_ = false;
}

bool Connection::is_worth_repeating() const {
  if (commit_sent_ && !connection_) return false;
  const std::string_view state(state_.data());
  // Serialization failure, deadlock, a server that has become a standby, one that shuts down.
  return state.empty() || state == "40001" || state == "40P01" || state == "25006" ||
         state.starts_with("57P");
}

Transport Connection::transport() const {
  const char* address = pq().hostaddr(connection_.get());
  const std::string_view to = address == nullptr ? "" : address;  // none: a socket of this machine
  Transport transport{.is_local = to.empty() || to.starts_with("127.") || to == "::1",
                      .is_encrypted = pq().sslInUse(connection_.get()) == 1};
  auto* const options = pq().conninfo(connection_.get());
  for (const auto* option = options; option != nullptr && option->keyword != nullptr; ++option)
    if (std::string_view(option->keyword) == "sslmode" && option->val != nullptr)
      transport.is_verified =
          transport.is_encrypted && std::string_view(option->val) == "verify-full";
  pq().conninfoFree(options);
  return transport;
}

bool Connection::is_open() const {
  return connection_ != nullptr;
}

bool Connection::take_notices() {
  bool is_told = false;
  while (connection_) {
    const auto notice =
        std::unique_ptr<PGnotify, void (*)(void*)>(pq().notifies(connection_.get()), pq().freemem);
    if (!notice) break;
    is_told = true;
  }
  return is_told;
}

void Connection::await_notice(int wake_fd, std::chrono::milliseconds at_most) {
  if (take_notices()) return;  // it came along with an earlier answer
  std::array<pollfd, 2> waits{
      {{.fd = wake_fd, .events = POLLIN, .revents = 0},
       {.fd = connection_ ? pq().socket(connection_.get()) : -1, .events = POLLIN, .revents = 0}}};
  (void)::poll(waits.data(), waits.size(), static_cast<int>(at_most.count()));
  if (waits[1].revents == 0 || !connection_) return;
  if (pq().consumeInput(connection_.get()) != 1) (void)broken("closed by the server");
  take_notices();
}

Status Connection::run(const std::string& sql) {
  if (!connection_) return fail(broken("the connection is closed"));
  if (pq().pipelineStatus(connection_.get()) != PQ_PIPELINE_OFF)
    return fail(broken("not in pipeline mode"));
  const ResultPtr result(pq().exec(connection_.get(), sql.c_str()));
  if (has_failed(result.get())) return fail(error_of(result.get()));
  return {};
}

Status Connection::begin(const std::string& sql) {
  TRY_STATUS(run(sql));
  in_transaction_ = true;
  return {};
}

Result<std::int64_t> Connection::number(const std::string& sql) {
  if (!connection_) return fail(broken("the connection is closed"));
  const ResultPtr result(pq().exec(connection_.get(), sql.c_str()));
  if (has_failed(result.get())) return fail(error_of(result.get()));
  if (pq().ntuples(result.get()) == 0) return 0;
  return std::strtoll(pq().getvalue(result.get(), 0, 0), nullptr, 10);
}

}  // namespace claviger::postgres
