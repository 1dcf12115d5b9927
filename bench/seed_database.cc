// Makes a database of any size for the benchmarks, and beside it what a load is made of:
//
//   FOLDER/claviger.db   the database
//   FOLDER/settings.env  the settings of a server on it: environment and signing secret
//   FOLDER/census        what it holds, for `load --census`
//   FOLDER/tokens        a sample of the tokens, one a line
//   FOLDER/users         a sample of the first client's users: identifier and secret, one a line
//   FOLDER/api_key       the first client's API key
//
// Rows go in without indexes and triggers, which are put back at the end: that is a few
// microseconds a row.
#include <fmt/format.h>
#include <fmt/os.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/population.h"
#include "observe/log.h"
#include "policy/credential.h"
#include "policy/scopes.h"
#include "store/sqlite/sqlite_store.h"

namespace claviger::bench {
namespace {

namespace fs = std::filesystem;

/// A statement that adds a row again and again.
class Insert {
 public:
  Insert(sqlite3* db, const char* sql) : db_(db) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db, sql, -1, &statement, nullptr);
    statement_.reset(statement);
    if (!statement_) throw std::runtime_error(sqlite3_errmsg(db));
  }
  template <class... Values>
  void add(const Values&... values) {
    int at = 0;
    (bind(++at, values), ...);
    if (sqlite3_step(statement_.get()) != SQLITE_DONE)
      throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_reset(statement_.get());
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void bind(int at, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), at, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
  }
  void bind(int at, Instant time) {
    sqlite3_bind_int64(statement_.get(), at, unix_milliseconds(time));
  }
  void bind(int at, std::uint64_t number) {
    sqlite3_bind_int64(statement_.get(), at, static_cast<std::int64_t>(number));
  }
  template <class Tag>
  void bind(int at, const Id<Tag>& id) {
    sqlite3_bind_blob64(statement_.get(), at, id.bytes.data(), id.bytes.size(), SQLITE_TRANSIENT);
  }
  template <class Tag>
  void bind(int at, const Hash<Tag>& hash) {
    sqlite3_bind_blob64(statement_.get(), at, hash.bytes.data(), hash.bytes.size(),
                        SQLITE_TRANSIENT);
  }

  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  explicit Database(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(db_));
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(db_); }

  void run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error(fmt::format("{}: {}", sqlite3_errmsg(db_), sql));
  }
  /// The texts of a query's first two columns.
  std::vector<std::pair<std::string, std::string>> pairs(const std::string& sql) {
    std::vector<std::pair<std::string, std::string>> found;
    const auto add = [](void* to, int, char** values, char**) {
      static_cast<decltype(found)*>(to)->emplace_back(values[0], values[1]);
      return 0;
    };
    if (sqlite3_exec(db_, sql.c_str(), add, &found, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(db_));
    return found;
  }
  sqlite3* handle() { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

void create_database(const std::string& path, const Environment& environment) {
  const SystemClock clock;
  Log log({.fd = 2, .level = LogLevel::warning}, clock);
  const auto store = open_sqlite({.path = path, .environment = environment}, log);
  if (!store) throw std::runtime_error(store.error().detail);
}

void add_clients(Database& db, const Population& population) {
  Insert insert(db.handle(),
                "INSERT INTO clients (id, name, api_key_hash, api_key_preview,"
                " api_key_created_at_ms, created_at_ms, user_count)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)");
  const auto& census = population.census();
  for (std::uint64_t i = 0; i < census.clients; ++i) {
    const auto client = population.client(i);
    const auto hash = client.api_key.reveal(hash_api_key);
    const auto users = (census.users + census.clients - 1 - i) / census.clients;
    insert.add(client.id, std::string_view(client.name), hash, preview(client.api_key),
               client.created_at, users);
  }
}

void add_users(Database& db, const Population& population) {
  Insert insert(db.handle(),
                "INSERT INTO users (id, client_id, ordinal, identifier, scopes, secret_hash,"
                " secret_preview, secret_created_at_ms, created_at_ms)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)");
  for (std::uint64_t i = 0; i < population.census().users; ++i) {
    const auto user = population.user(i);
    const auto hash = user.secret.reveal(hash_user_secret);
    insert.add(user.id, user.client_id, user.ordinal, std::string_view(user.identifier),
               kDefaultScopes, hash, preview(user.secret), user.created_at);
  }
}

void add_tokens(Database& db, const Population& population) {
  constexpr std::string_view preview = "eyJ****xyz";
  Insert insert(db.handle(),
                "INSERT INTO tokens (id, user_id, client_id, user_generation, client_generation,"
                " preview, created_by_username, created_at_ms, expires_at_ms)"
                " VALUES (?1, ?2, ?3, 0, 0, ?4, '', ?5, ?6)");
  for (std::uint64_t i = 0; i < population.census().tokens; ++i) {
    const auto token = population.token(i);
    insert.add(token.id, token.user_id, token.client_id, preview, token.created_at,
               token.expires_at);
  }
}

void fill(const std::string& path, const Population& population) {
  Database db(path);
  db.run(
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
      "PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY");
  const auto set_aside = db.pairs(
      "SELECT 'DROP ' || type || ' \"' || name || '\"', sql FROM sqlite_schema"
      " WHERE type IN ('index', 'trigger') AND sql IS NOT NULL");
  for (const auto& [drop, create] : set_aside) db.run(drop);
  db.run("BEGIN");
  add_clients(db, population);
  add_users(db, population);
  add_tokens(db, population);
  const auto& census = population.census();
  db.run(fmt::format("UPDATE meta SET client_rows = {}, user_rows = {}, token_rows = {}",
                     census.clients, census.users, census.tokens));
  db.run("COMMIT");
  for (const auto& [drop, create] : set_aside) db.run(create);
  db.run("PRAGMA journal_mode = WAL");
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  if (!out.flush()) throw std::runtime_error(fmt::format("{} cannot be written", path.string()));
}

std::string settings_text(const Population& population) {
  return fmt::format("CLAVIGER_ENVIRONMENT={}\nJWT_SECRET_KEY={}\n",
                     population.environment().name(), population.signing_secret());
}

/// Tokens from all over the database, none twice unless there are too few.
std::string token_sample(const Population& population, std::uint64_t count) {
  const auto tokens = population.census().tokens;
  std::string text;
  for (std::uint64_t i = 0; i < std::min(count, tokens); ++i) {
    const auto share = std::max<std::uint64_t>(tokens / count, 1);
    const auto number = i * share + mix(population.census().seed, 100, i) % share;
    text += population.token_text(number) + "\n";
  }
  return text;
}

std::string user_sample(const Population& population, std::uint64_t count) {
  const auto& census = population.census();
  std::string text;
  for (std::uint64_t i = 0; i < census.users && count > 0; i += census.clients, --count) {
    const auto user = population.user(i);
    user.secret.reveal(
        [&](std::string_view secret) { text += fmt::format("{} {}\n", user.identifier, secret); });
  }
  return text;
}

void make(const fs::path& folder, const Census& census, std::uint64_t sample) {
  fs::create_directories(folder);
  const Population population(census);
  const auto database = (folder / "claviger.db").string();
  create_database(database, population.environment());
  fill(database, population);
  write_file(folder / "settings.env", settings_text(population));
  write_file(folder / "tokens", token_sample(population, sample));
  write_file(folder / "users", user_sample(population, sample));
  population.client(0).api_key.reveal(
      [&](std::string_view key) { write_file(folder / "api_key", std::string(key)); });
  write_file(folder / "census", census_text(census));  // last: its presence means all is there
}

int main_of(int argc, char** argv) {
  Census census{.last_issue = SystemClock().now(), .lifetime = std::chrono::hours(24 * 300)};
  std::string folder;
  std::uint64_t sample = 10'000;
  CLI::App app("Makes a database for the benchmarks, and the tokens and secrets in it");
  app.add_option("folder", folder, "where to put it all; made if need be")->required();
  app.add_option("--clients", census.clients, "how many")->check(CLI::PositiveNumber);
  app.add_option("--users", census.users, "how many, of all clients")->check(CLI::PositiveNumber);
  app.add_option("--tokens", census.tokens, "how many, of all users")->check(CLI::PositiveNumber);
  app.add_option("--seed", census.seed, "other seeds give other ids and credentials");
  app.add_option("--sample", sample, "how many tokens and users to write down");
  CLI11_PARSE(app, argc, argv);
  ::umask(077);
  try {
    make(folder, census, sample);
  } catch (const std::exception& error) {
    fmt::print(stderr, "seed_database: {}\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace claviger::bench

int main(int argc, char** argv) {
  return claviger::bench::main_of(argc, argv);
}
