#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <initializer_list>

#include "cli/groups.h"
#include "service/world.h"

namespace claviger::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class WorldSession final : public Session {
 public:
  explicit WorldSession(World& world) : world_(world) {}
  Services& services() override { return world_.services; }
  Result<StoreStatus> status() override { return world_.store->status(); }
  Members* members() override { return nullptr; }

 private:
  World& world_;
};

/// The command line on a database in memory.
class Commands : public ::testing::Test {
 protected:
  struct Said {
    int status;
    std::string out;
    std::string err;
  };

  Said run(std::initializer_list<std::string> arguments) {
    std::vector<const char*> argv{"claviger"};
    for (const auto& argument : arguments) argv.push_back(argument.c_str());
    auto variables = environment_;
    std::vector<char*> block;
    for (auto& variable : variables) block.push_back(variable.data());
    block.push_back(nullptr);
    Output output;
    const int status =
        execute(static_cast<int>(argv.size()), argv.data(), block.data(), wiring_, output);
    return {status, output.out, output.err};
  }

  /// A file that holds this text.
  std::string file(const std::string& text) {
    auto path = ::testing::TempDir() + "claviger_cli_test." + std::to_string(::getpid());
    std::ofstream(path) << text;
    return path;
  }

  World world_;
  CreatedClient client_ = world_.make_client();
  std::string id_ = client_.client.id.text();
  std::vector<std::string> environment_{"JWT_SECRET_KEY=kT9vXq2LmW8zRb4NcY7dJf1HsG6pUe3A"};
  SchemaState schema_{.version = 1, .newest = 1};
  int served_ = 0;
  Wiring wiring_{.serve =
                     [this](LoadedSettings) {
                       ++served_;
                       return int{exit_ok};
                     },
                 .open = [this](const Settings&, Missing) -> Result<std::unique_ptr<Session>> {
                   return std::unique_ptr<Session>(std::make_unique<WorldSession>(world_));
                 },
                 .schema = [this](const Settings&) -> Result<SchemaState> { return schema_; },
                 .libraries = {{"SQLite", "3"}}};
};

TEST_F(Commands, AOnceOnlyValueGoesToStandardOutputAlone) {
  const auto created = run({"client", "create", "a company"});
  EXPECT_EQ(created.status, exit_ok);
  EXPECT_THAT(created.out, MatchesRegex("sk-client-test-[^ \n]+\n"));
  EXPECT_THAT(created.err, AllOf(HasSubstr("a company"), Not(HasSubstr("sk-client-"))));

  const auto user = run({"user", "create", "--client", id_, "u"});
  EXPECT_THAT(user.out, MatchesRegex("sk-user-test-[^ \n]+\n"));
  EXPECT_THAT(user.err, HasSubstr("sk-user-...")) << "the preview tells which secret it was";

  const auto token = run({"token", "issue", "--client", id_, "u", "--secret-file", file(user.out)});
  EXPECT_EQ(token.status, exit_ok) << token.err;
  EXPECT_THAT(token.out, MatchesRegex("[^ .\n]+\\.[^ .\n]+\\.[^ .\n]+\n"));
  const auto verified = run({"token", "verify", "--token-file", file(token.out)});
  EXPECT_EQ(verified.status, exit_ok);
  EXPECT_THAT(verified.out, HasSubstr("username    u\n"));
}

TEST_F(Commands, JsonHoldsTheOnceOnlyValueInOneObject) {
  const auto created = run({"client", "create", "a \"company\"", "--json"});
  EXPECT_THAT(created.out, AllOf(StartsWith("{\"id\":"), HasSubstr("a \\\"company\\\""),
                                 HasSubstr(",\"api_key\":\"sk-client-test-"), EndsWith("\"}\n")));
  EXPECT_EQ(std::count(created.out.begin(), created.out.end(), '\n'), 1);
}

TEST_F(Commands, ARefusedTokenIsStatusOneAndTellsWhy) {
  const auto acting = world_.acting(client_);
  const auto user = world_.make_user(acting);
  const auto token = world_.issue(acting, user).value();
  const auto path =
      token.text.reveal([&](std::string_view text) { return file(std::string(text)); });
  EXPECT_EQ(run({"token", "revoke", "--client", id_, token.id.text()}).status, exit_ok);
  const auto refused = run({"token", "verify", "--token-file", path, "--json"});
  EXPECT_EQ(refused.status, exit_refused);
  EXPECT_EQ(refused.out,
            "{\"error\":\"invalid_token\",\"error_description\":\"the token was revoked\"}\n");
  EXPECT_THAT(refused.err, HasSubstr("the token was revoked"));
}

TEST_F(Commands, RevokeTakesOneTokenOrAUserAndNotBoth) {
  const auto acting = world_.acting(client_);
  const auto user = world_.make_user(acting);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(world_.issue(acting, user));
  EXPECT_EQ(run({"token", "revoke", "--client", id_}).status, exit_usage);
  EXPECT_EQ(run({"token", "revoke", "--client", id_, "--user", "a user", id_}).status, exit_usage);
  EXPECT_THAT(run({"token", "revoke", "--client", id_, "--user", "a user", "--json"}).out,
              HasSubstr("\"revoked\":2,\"fenced\":true"));
}

TEST_F(Commands, AUserIsNamedByIdentifierOrId) {
  const auto user = world_.make_user(world_.acting(client_));
  const auto by_name = run({"user", "show", "--client", id_, "a user"});
  EXPECT_EQ(by_name.status, exit_ok);
  EXPECT_EQ(run({"user", "show", "--client", id_, user.user.id.text()}).out, by_name.out);
  EXPECT_EQ(run({"user", "show", "--client", id_, "A user"}).status, exit_not_found);
  EXPECT_EQ(run({"user", "show", "--client", id_, id_}).status, exit_not_found);
}

TEST_F(Commands, TheClientOfTheApiKeyIsTheDefault) {
  EXPECT_THAT(run({"client", "show"}).err, HasSubstr("CLIENT_API_KEY"));
  EXPECT_EQ(run({"client", "show"}).status, exit_usage);
  client_.api_key.reveal(
      [&](std::string_view key) { environment_.push_back("CLIENT_API_KEY=" + std::string(key)); });
  EXPECT_THAT(run({"client", "show", "--json"}).out, HasSubstr(id_));
  EXPECT_EQ(run({"client", "show", "--client", id_}).status, exit_usage);
}

TEST_F(Commands, ListsGoOnWhereTheyStopped) {
  const auto acting = world_.acting(client_);
  const auto user = world_.make_user(acting);
  std::vector<std::string> ids;
  for (int i = 0; i < 250; ++i) {
    world_.clock.advance(std::chrono::milliseconds{1});
    ids.insert(ids.begin(), world_.issue(acting, user)->id.text());
  }
  const auto all = run({"token", "list", "--client", id_, "--limit", "1000", "--json"}).out;
  std::size_t at = 0;
  for (const auto& id : ids) {
    at = all.find(id, at);
    ASSERT_NE(at, std::string::npos);
  }
  EXPECT_THAT(all, EndsWith("\"next_cursor\":null}\n"));
  const auto some = run({"token", "list", "--client", id_, "--limit", "150"});
  EXPECT_EQ(std::count(some.out.begin(), some.out.end(), '\n'), 151);
  EXPECT_THAT(some.err, HasSubstr("--before " + ids[149]));
  const auto rest = run({"token", "list", "--client", id_, "--before", ids[149]});
  EXPECT_THAT(rest.out, AllOf(HasSubstr(ids[150]), Not(HasSubstr(ids[149]))));
}

// Whoever types a secret as an argument by mistake does not find it in a log of the terminal.
TEST_F(Commands, AnUnknownArgumentIsNotRepeated) {
  for (const auto& said :
       {run({"token", "verify", "canary"}), run({"token", "issue", "--client", id_, "u", "canary"}),
        run({"user", "create", "u", "--secret", "canary"}), run({"canary"})}) {
    EXPECT_EQ(said.status, exit_usage);
    EXPECT_THAT(said.out, IsEmpty());
    EXPECT_THAT(said.err, AllOf(HasSubstr("--help"), Not(HasSubstr("canary"))));
  }
}

TEST_F(Commands, BadSettingsAreStatusThreeOnStandardError) {
  const auto said = run({"client", "list", "--environment", "Not Good"});
  EXPECT_EQ(said.status, exit_settings);
  EXPECT_THAT(said.out, IsEmpty());
  EXPECT_THAT(said.err, StartsWith("claviger: CLAVIGER_ENVIRONMENT (from --environment): "));
  environment_.clear();
  EXPECT_EQ(run({"token", "verify"}).status, exit_settings);
  EXPECT_EQ(run({"client", "list"}).status, exit_ok);
}

TEST_F(Commands, ServeRunsTheServerOnGoodSettingsOnly) {
  EXPECT_EQ(run({"serve", "--listen", "0.0.0.0:1"}).status, exit_settings);
  EXPECT_EQ(served_, 0);
  EXPECT_EQ(run({"serve", "--listen", "127.0.0.1:1"}).status, exit_ok);
  EXPECT_EQ(served_, 1);
}

TEST_F(Commands, DatabaseStatusDoesNotOpenWhatOpeningWouldChange) {
  EXPECT_THAT(run({"database", "status", "--json"}).out, HasSubstr("\"up_to_date\":true"));
  wiring_.open = [](const Settings&, Missing) -> Result<std::unique_ptr<Session>> {
    ADD_FAILURE() << "opened";
    return fail(Code::storage_unavailable, "");
  };
  schema_.newest = 2;
  EXPECT_THAT(run({"database", "status", "--json"}).out, HasSubstr("\"up_to_date\":false"));
  schema_.version = 0;
  EXPECT_EQ(run({"database", "status"}).status, exit_storage);
}

TEST_F(Commands, HelpAndVersionAreAnsweredWithoutSettings) {
  environment_ = {"CLAVIGER_ENVIRONMENT=Not Good"};
  for (const auto& said :
       {run({"--help"}), run({"--version"}), run({"version"}), run({"token", "issue", "--help"})}) {
    EXPECT_EQ(said.status, exit_ok);
    EXPECT_THAT(said.err, IsEmpty());
  }
  EXPECT_EQ(run({"--version"}).out, run({"version"}).out);
}

TEST(ExitStatus, IsTheOneOfTheReference) {
  EXPECT_EQ(exit_status(Code::unacceptable_field), exit_usage);
  EXPECT_EQ(exit_status(Code::invalid_credential), exit_refused);
  EXPECT_EQ(exit_status(Code::not_found), exit_not_found);
  EXPECT_EQ(exit_status(Code::conflict), exit_conflict);
  EXPECT_EQ(exit_status(Code::storage_unavailable), exit_storage);
  EXPECT_EQ(exit_status(Code::fence_incomplete), exit_storage);
}

}  // namespace
}  // namespace claviger::cli
