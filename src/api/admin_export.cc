// The lists as files, made while they are sent.
#include <functional>
#include <memory>
#include <utility>

#include "api/admin_endpoints.h"
#include "api/admin_query.h"
#include "api/csv.h"
#include "audit/export.h"
#include "base/limits.h"
#include "service/audit.h"

namespace claviger::api {
namespace {

/// A file that is made page by page. `add_page` appends the next, and says whether there are more.
class Export final : public http::BodySource {
 public:
  using AddPage = std::function<Result<bool>(std::string& out)>;
  Export(std::string head, AddPage add_page)
      : head_(std::move(head)), add_page_(std::move(add_page)) {}

  Outcome next(std::string& out) override {
    out += std::exchange(head_, {});
    // Pages without a row, where a filter leaves little, must not keep a thread for long either.
    for (int pages = 0; pages < kPages && out.size() < limits::export_piece_bytes; ++pages) {
      const auto more = add_page_(out);
      if (!more) return Outcome::failed;
      if (!*more) return Outcome::done;
    }
    return Outcome::more;
  }

 private:
  static constexpr int kPages = 10;
  std::string head_;
  AddPage add_page_;
};

Status begin_export(Call& call, std::string_view name, std::string_view type, std::string head,
                    Export::AddPage add_page) {
  call.response.status = call.route.status;
  call.response.content_type = type;
  call.response.add_header("Content-Disposition",
                           "attachment; filename=\"" + std::string(name) + "\"");
  call.response.source = std::make_unique<Export>(std::move(head), std::move(add_page));
  return {};
}

constexpr std::string_view kCsv = "text/csv; charset=utf-8";
constexpr std::string_view kJsonLines = "application/jsonl";

/// Goes along the pages of a list: `find` finds one, `write` appends one of its rows.
template <class Find, class Write>
Export::AddPage pages_of(ListRange range, Find find, Write write) {
  range.limit = limits::page_size_max;
  range.behind.reset();
  return [range = std::move(range), find = std::move(find),
          write = std::move(write)](std::string& out) mutable -> Result<bool> {
    auto found = TRY(find(range));
    for (const auto& row : found.page.rows) write(out, row);
    range.behind = std::move(found.page.next);
    return range.behind.has_value();
  };
}

void write_client_row(std::string& out, const Client& client) {
  CsvRow(out)
      .id(client.id)
      .text(client.name)
      .truth(client.is_active)
      .time(client.created_at)
      .text(client.api_key_preview)
      .time(client.api_key_created_at)
      .time(client.previous_api_key_expires_at)
      .time(client.last_used_at)
      .number(client.users)
      .end();
}

void write_user_row(std::string& out, const ListedUser& listed) {
  const auto& user = listed.user;
  CsvRow(out)
      .id(user.id)
      .id(user.client_id)
      .text(listed.client_name)
      .text(user.identifier)
      .text(user.scopes)
      .truth(user.is_active)
      .time(user.created_at)
      .text(user.secret_preview)
      .time(user.secret_created_at)
      .time(user.previous_secret_expires_at)
      .time(user.last_used_at)
      .end();
}

void write_token_row(std::string& out, const ListedToken& listed, Instant now) {
  const auto& token = listed.token;
  CsvRow(out)
      .id(token.id)
      .id(token.user_id)
      .text(token.username)
      .id(token.client_id)
      .text(listed.client_name)
      .text(token.preview)
      .text(token.created_by_username)
      .time(token.created_at)
      .time(token.expires_at)
      .time(token.revoked_at)
      .time(token.last_used_at)
      .text(word_of(token.state(now)))
      .end();
}

/// The search of a query, with its own copy of the text, which outlives the request.
struct OwnSearch {
  std::string text;
  Search search;
  explicit OwnSearch(const Search& of) : text(of.text), search(of) {}
  Search with(const ListRange& range) const {
    Search made = search;
    made.text = text;
    made.range = range;
    return made;
  }
};

}  // namespace

Status export_clients(Call& call) {
  const auto query = TRY(read_list_query(call, "name"));
  auto& services = call.app.services;
  std::string head;
  write_csv_head(head,
                 {"id", "name", "is_active", "created_at", "api_key_preview", "api_key_created_at",
                  "previous_api_key_expires_at", "last_used_at", "users"});
  const auto find = [&services, own = OwnSearch(query.search)](const ListRange& range) {
    return search_clients(services, own.with(range));
  };
  return begin_export(call, "clients.csv", kCsv, std::move(head),
                      pages_of(query.search.range, find, write_client_row));
}

Status export_users(Call& call) {
  const auto query = TRY(read_list_query(call, "identifier"));
  auto& services = call.app.services;
  std::string head;
  write_csv_head(
      head, {"id", "client_id", "client_name", "identifier", "scopes", "is_active", "created_at",
             "secret_preview", "secret_created_at", "previous_secret_expires_at", "last_used_at"});
  const auto find = [&services, own = OwnSearch(query.search)](const ListRange& range) {
    return search_users(services, own.with(range));
  };
  return begin_export(call, "users.csv", kCsv, std::move(head),
                      pages_of(query.search.range, find, write_user_row));
}

Status export_tokens(Call& call) {
  const auto query = TRY(read_token_query(call));
  auto& services = call.app.services;
  const auto now = services.clock.now();
  std::string head;
  write_csv_head(head, {"id", "user_id", "username", "client_id", "client_name", "preview",
                        "created_by_username", "created_at", "expires_at", "revoked_at",
                        "last_used_at", "state"});
  const auto find = [&services, filter = query.filter](const ListRange& range) {
    return search_tokens(services, filter, range);
  };
  const auto write = [now](std::string& out, const ListedToken& row) {
    write_token_row(out, row, now);
  };
  return begin_export(call, "tokens.csv", kCsv, std::move(head),
                      pages_of(query.range, find, write));
}

Status export_audit(Call& call) {
  const auto query = TRY(read_audit_query(call));
  auto& services = call.app.services;
  const auto trail = TRY(services.store.audit_state()).trail;
  // Whole, it is what `claviger audit export` writes, and can be verified; in part it cannot.
  std::string head = query.is_narrowed() ? std::string() : export_head(trail);
  const auto add_page = [&services, filter = query.filter,
                         at = trail.begin.sequence](std::string& out) mutable -> Result<bool> {
    constexpr std::int64_t page_rows = 1'000;
    const auto page = TRY(services.store.read_audit(at, page_rows));
    if (page.trail.begin.sequence > at)
      return fail(Code::conflict, "Retention took rows meanwhile.");
    for (const auto& row : page.rows) {
      if (matches(filter, row)) out += export_line(row);
      at = row.sequence;
    }
    return !page.rows.empty();
  };
  return begin_export(call, "audit.jsonl", kJsonLines, std::move(head), add_page);
}

}  // namespace claviger::api
