#include "config/load.h"

#include <gmock/gmock.h>

#include <map>

#include "config/settings_table.h"

namespace claviger {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* good_key = "kT9vXq2LmW8zRb4NcY7dJf1HsG6pUe3A";
constexpr const char* good_password = "Uxnb-Trog-8812-Wekl";

using Texts = std::map<std::string, std::string>;

SettingTexts setting_texts(const Texts& texts) {
  SettingTexts out;
  for (const auto& [name, text] : texts) out.emplace(name, SettingText(text));
  return out;
}

/// A machine with an environment, flags and files of its own.
struct Machine {
  struct File {
    std::string text;
    mode_t mode = 0600;
  };
  Texts flags{};
  Texts environment{{"JWT_SECRET_KEY", good_key}};
  std::map<std::string, File> files{};

  tl::expected<LoadedSettings, SettingProblems> load(Purpose purpose = Purpose::serve) const {
    return load_settings(
        {.flags = setting_texts(flags),
         .environment = setting_texts(environment),
         .read_file = [this](const std::string& path) -> tl::expected<FileText, std::string> {
           const auto file = files.find(path);
           if (file == files.end()) return tl::unexpected<std::string>("no such file");
           return FileText{.text = SettingText(file->second.text), .mode = file->second.mode};
         }},
        purpose);
  }
  SettingProblems problems(Purpose purpose = Purpose::serve) const {
    auto loaded = load(purpose);
    return loaded ? SettingProblems{} : loaded.error();
  }
  std::vector<std::string> warnings() const { return load().value().warnings; }
  Settings settings() const { return std::move(load().value().settings); }
};

template <class Secret>
bool holds(const Secret& secret, std::string_view text) {
  return secret.reveal([&](std::string_view held) { return held == text; });
}

TEST(LoadSettings, DefaultsAreThoseOfTheSpecification) {
  const auto settings = Machine{}.settings();
  EXPECT_TRUE(settings.environment.is_development());
  EXPECT_THAT(settings.listen, ElementsAre(Endpoint{"127.0.0.1", 8003}));
  EXPECT_EQ(settings.database_url, "sqlite:claviger.db");
  EXPECT_GE(settings.workers, 1U);
  EXPECT_EQ(settings.token_lifetime, std::chrono::seconds{2'592'000});
  EXPECT_EQ(settings.token_lifetime_max, std::chrono::seconds{31'536'000});
  EXPECT_EQ(settings.token_retention, std::chrono::seconds{604'800});
  EXPECT_EQ(settings.attempts_per_minute, 60U);
  EXPECT_EQ(settings.log_level, LogLevel::info);
  EXPECT_TRUE(settings.master_username.empty());
  EXPECT_FALSE(settings.client_api_key);
  EXPECT_FALSE(settings.jwt_secret_key_previous);
  EXPECT_TRUE(holds(settings.jwt_secret_key, good_key));
}

TEST(LoadSettings, FlagGoesBeforeEnvironmentBeforeFileBeforeDefault) {
  Machine machine;
  machine.environment["CLAVIGER_CONFIG"] = "conf";
  machine.files["conf"].text = "CLAVIGER_WORKERS=3\nCLAVIGER_TOKEN_LIFETIME=300\n";
  EXPECT_EQ(machine.settings().workers, 3U);
  machine.environment["CLAVIGER_WORKERS"] = "4";
  EXPECT_EQ(machine.settings().workers, 4U);
  machine.flags["CLAVIGER_WORKERS"] = "5";
  EXPECT_EQ(machine.settings().workers, 5U);
  EXPECT_EQ(machine.settings().token_lifetime, std::chrono::seconds{300});
}

TEST(LoadSettings, EmptyMeansUnsetInEnvironmentAndFileButNotInAFlag) {
  Machine machine;
  machine.environment["CLAVIGER_CONFIG"] = "conf";
  machine.environment["CLAVIGER_WORKERS"] = "";
  machine.files["conf"].text = "CLAVIGER_WORKERS=3\nCLAVIGER_LOG_LEVEL=\n";
  EXPECT_EQ(machine.settings().workers, 3U);
  for (const auto& row : settings_table()) {
    if (row.flag.empty()) continue;
    Machine with_flag;
    with_flag.flags[std::string(row.name)] = "";
    EXPECT_THAT(with_flag.problems(), SizeIs(1)) << row.flag;
  }
}

TEST(LoadSettings, EveryProblemIsFoundAtOnceAndNamesItsSetting) {
  Machine machine;
  machine.flags["CLAVIGER_WORKERS"] = "0";
  machine.environment["CLAVIGER_LISTEN"] = "localhost";
  machine.environment["CLAVIGER_CONFIG"] = "conf";
  machine.environment["JWT_SECRET_KEY"] = "";
  machine.files["conf"].text =
      "CLAVIGER_LOG_LEVEL=loud\nnonsense\nCLAVIGER_LISTN=x\nCLAVIGER_CONFIG=b\n"
      "CLAVIGER_LOG_LEVEL=info\nCLAVIGER_DATABASE_URL=mysql://u:hunter2@host/\n";
  EXPECT_THAT(
      machine.problems(),
      ElementsAre(
          "conf line 2: the line is not NAME=value",
          "conf line 3: CLAVIGER_LISTN is not a setting; CLAVIGER_LISTEN is meant?",
          "conf line 4: a settings file cannot name another; remove the line",
          "conf line 5: CLAVIGER_LOG_LEVEL stands in line 1 already; remove one of them",
          AllOf(StartsWith("CLAVIGER_LISTEN (from the environment): \"localhost\" is not"),
                HasSubstr("; write ADDRESS:PORT")),
          AllOf(StartsWith("CLAVIGER_DATABASE_URL (from conf line 6): the URL"),
                Not(HasSubstr("hunter2"))),
          "CLAVIGER_WORKERS (from --workers): \"0\" is too low; give auto or a number of threads "
          "from 1 to 256",
          "CLAVIGER_LOG_LEVEL (from conf line 1): \"loud\" is not a level; give one of debug, "
          "info, "
          "warning, error",
          StartsWith("JWT_SECRET_KEY: it is not set")));
}

TEST(LoadSettings, AProblemStaysOneLineWhateverTheValue) {
  Machine machine;
  machine.flags["CLAVIGER_WORKERS"] = "1\n2\x1b[31m\xff" + std::string(10'000, 'x');
  ASSERT_THAT(machine.problems(), SizeIs(1));
  const auto line = machine.problems().front();
  EXPECT_LT(line.size(), 300U);
  for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

// SEC-6: nothing secret is taken from argv.
TEST(LoadSettings, TakesNoPasswordFromTheCommandLine) {
  const std::pair<const char*, bool> urls[] = {
      {"sqlite:a:b@c", false},
      {"postgresql://claviger@db1,db2:5432/claviger", false},
      {"postgresql://db1/claviger?sslmode=verify-full&passfile=/etc/claviger/pgpass", false},
      {"postgresql://claviger@db1/a:b@c", false},
      {"postgresql://claviger:secret@db1/claviger", true},
      {"postgres://:secret@db1", true},
      {"postgresql://db1/claviger?user=claviger&password=secret", true},
      {"postgresql://db1?sslpassword=secret&sslmode=require", true},
      {"postgresql://db1/claviger?p%61ssword=secret", true},
  };
  for (const auto& [url, has_one] : urls) {
    Machine machine;
    machine.flags["CLAVIGER_DATABASE_URL"] = url;
    const auto expected =
        StartsWith("CLAVIGER_DATABASE_URL (from --database-url): its password shows in the list");
    if (has_one)
      EXPECT_THAT(machine.problems(), ElementsAre(AllOf(expected, Not(HasSubstr("secret")))))
          << url;
    else
      EXPECT_TRUE(machine.problems().empty()) << url;
    machine.environment["CLAVIGER_DATABASE_URL"] = url;
    machine.flags.clear();
    EXPECT_TRUE(machine.problems().empty()) << url;
  }
}

// SEC-6, LOG-2: whatever is wrong with a secret, the line about it does not show it.
TEST(LoadSettings, NoProblemOrWarningShowsASecret) {
  const std::string canary = "canary-7f3a";
  for (const auto& row : settings_table()) {
    if (!row.secret) continue;
    const std::string name(row.name);
    for (const auto& value : {canary, canary + '\n' + canary, canary + "\xff"}) {
      Machine machine;
      machine.environment["CLAVIGER_ENVIRONMENT"] = "production";
      machine.environment[name] = value;
      machine.environment[name + "_FILE"] = "f";
      machine.environment["CLAVIGER_CONFIG"] = "conf";
      machine.files["f"].text = value;
      machine.files["conf"].text = name + "=" + value + "\n" + name + "=" + value + "\n" + value;
      machine.files["conf"].mode = 0644;
      EXPECT_THAT(machine.problems(), Not(IsEmpty()));
      for (const auto& line : machine.problems()) EXPECT_THAT(line, Not(HasSubstr("canary")));
      machine.environment.erase(name + "_FILE");
      for (const auto& line : machine.problems()) EXPECT_THAT(line, Not(HasSubstr("canary")));
    }
  }
}

TEST(LoadSettings, LoginsByOpenIdNeedAllOfTheirSettings) {
  Machine machine;
  machine.environment["CLAVIGER_OPENID_CLIENT_ID"] = "id";
  EXPECT_THAT(machine.problems(),
              ElementsAre(StartsWith("CLAVIGER_OPENID_CLIENT_SECRET: it is not set")));
  machine.environment["CLAVIGER_OPENID_CLIENT_SECRET"] = good_password;
  EXPECT_THAT(machine.problems(), ElementsAre(StartsWith("CLAVIGER_PUBLIC_URL: it is not set")));
  machine.environment["CLAVIGER_PUBLIC_URL"] = "https://auth.example.com/";
  EXPECT_EQ(machine.settings().public_url, "https://auth.example.com");
  EXPECT_EQ(machine.settings().openid_issuer, "https://accounts.google.com");
  machine.environment.erase("CLAVIGER_OPENID_CLIENT_ID");
  EXPECT_THAT(machine.problems(),
              ElementsAre(StartsWith("CLAVIGER_OPENID_CLIENT_ID: it is not set")));
}

TEST(LoadSettings, UrlsAreOfTlsOrLoopbackAndPlain) {
  const auto problems = [](const char* name, const char* text) {
    Machine machine;
    machine.environment[name] = text;
    return machine.problems().size();
  };
  for (const auto* text : {"https://a.example", "https://a.example:8443", "http://127.0.0.1:8003",
                           "http://localhost", "http://[::1]:1"}) {
    EXPECT_EQ(problems("CLAVIGER_PUBLIC_URL", text), 0U) << text;
    EXPECT_EQ(problems("CLAVIGER_OPENID_ISSUER", text), 0U) << text;
  }
  for (const auto* text :
       {"a.example", "http://a.example", "ftp://a.example", "https://", "https://a@b.example",
        "https://a.example/?x", "https://a.example#x", "https:// a.example", "http://127.0.0.1.b",
        "http://localhost.b/", "https:a.example", "https:///a"}) {
    EXPECT_EQ(problems("CLAVIGER_PUBLIC_URL", text), 1U) << text;
    EXPECT_EQ(problems("CLAVIGER_OPENID_ISSUER", text), 1U) << text;
  }
  EXPECT_EQ(problems("CLAVIGER_PUBLIC_URL", "https://a.example/sub"), 1U);
  EXPECT_EQ(problems("CLAVIGER_OPENID_ISSUER", "https://a.example/sub/"), 0U);
}

TEST(LoadSettings, AdministratorsAreAddressesEachOnce) {
  Machine machine;
  machine.environment["CLAVIGER_ADMIN_EMAILS"] = "Ada@Example.com,b@example.com";
  ASSERT_THAT(machine.settings().admin_emails, SizeIs(2));
  EXPECT_EQ(machine.settings().admin_emails[0].text(), "ada@example.com");
  for (const auto* text : {"ada", "a@b.example, c@d.example", "a@b.example,A@B.example", ","}) {
    machine.environment["CLAVIGER_ADMIN_EMAILS"] = text;
    EXPECT_THAT(machine.problems(), ElementsAre(StartsWith("CLAVIGER_ADMIN_EMAILS"))) << text;
  }
}

TEST(LoadSettings, ASecretMayComeFromATwinFile) {
  for (const auto& row : settings_table()) {
    if (!row.secret) continue;
    const std::string name(row.name);
    Machine machine;
    machine.environment.erase(name);
    machine.environment[name + "_FILE"] = "/run/secrets/x";
    if (name == "CLAVIGER_OPENID_CLIENT_SECRET") {
      machine.environment["CLAVIGER_OPENID_CLIENT_ID"] = "id";
      machine.environment["CLAVIGER_PUBLIC_URL"] = "https://auth.example.com";
    }
    if (name != "JWT_SECRET_KEY") machine.environment["JWT_SECRET_KEY"] = good_key;
    EXPECT_THAT(machine.problems(), ElementsAre(StartsWith(name + "_FILE: cannot read")));
    machine.files["/run/secrets/x"].text = "\n";
    EXPECT_THAT(machine.problems(), ElementsAre(StartsWith(name + "_FILE: ")));
    machine.files["/run/secrets/x"].text = std::string(good_password) + "!!!!!!!!!!!!!!!!!!!\n";
    EXPECT_THAT(machine.problems(), IsEmpty()) << name;
    machine.environment[name] = good_key;
    EXPECT_THAT(machine.problems(),
                ElementsAre(name + ": " + name + "_FILE is set as well; set one of the two"));
  }
}

TEST(LoadSettings, OneNewlineAtATwinFilesEndIsLeftOut) {
  Machine machine;
  machine.environment = {{"JWT_SECRET_KEY_FILE", "f"}};
  machine.files["f"].text = std::string(good_key) + "\n";
  EXPECT_TRUE(holds(machine.settings().jwt_secret_key, good_key));
  machine.files["f"].text += "\n";
  EXPECT_THAT(machine.problems(), ElementsAre(HasSubstr("control character")));
}

TEST(LoadSettings, ASettingsFileMayNameTwins) {
  Machine machine;
  machine.environment = {{"CLAVIGER_CONFIG", "conf"}};
  machine.files["conf"].text = "JWT_SECRET_KEY_FILE=key\nCLAVIGER_WORKERS_FILE=x\n";
  machine.files["key"].text = good_key;
  EXPECT_THAT(machine.problems(), ElementsAre(StartsWith("conf line 2: the name is not one")));
  machine.files["conf"].text = "JWT_SECRET_KEY_FILE=key\n";
  EXPECT_TRUE(holds(machine.settings().jwt_secret_key, good_key));
}

TEST(LoadSettings, AFileForEverybodyIsRefusedOutsideDevelopmentIfItHoldsSecrets) {
  Machine machine;
  machine.environment = {{"CLAVIGER_CONFIG", "conf"}};
  machine.files["conf"] = {.text = std::string("JWT_SECRET_KEY=") + good_key, .mode = 0644};
  EXPECT_THAT(machine.warnings(), ElementsAre(AllOf(StartsWith("conf: "), HasSubstr("0644"))));
  machine.environment["CLAVIGER_ENVIRONMENT"] = "staging";
  EXPECT_THAT(machine.problems(), ElementsAre(HasSubstr("chmod 600")));
  for (const mode_t mode : {0602, 0601}) {
    machine.files["conf"].mode = mode;
    EXPECT_THAT(machine.problems(), SizeIs(1));
  }
  machine.files["conf"].mode = 0640;
  EXPECT_THAT(machine.warnings(), IsEmpty());
  machine.files["conf"] = {.text = "CLAVIGER_WORKERS=2", .mode = 0644};
  machine.environment["JWT_SECRET_KEY"] = good_key;
  EXPECT_THAT(machine.warnings(), IsEmpty());
}

TEST(LoadSettings, ATwinFileForEverybodyIsAWarning) {
  Machine machine;
  machine.environment = {{"JWT_SECRET_KEY_FILE", "f"}, {"CLAVIGER_ENVIRONMENT", "production"}};
  machine.files["f"] = {.text = good_key, .mode = 0444};
  EXPECT_THAT(machine.warnings(), ElementsAre(StartsWith("JWT_SECRET_KEY_FILE: everybody")));
}

TEST(LoadSettings, PlainHttpIsRefusedOffLoopback_NET_2) {
  for (const char* address : {"0.0.0.0:8003", "[::]:8003", "192.168.1.2:8003",
                              "127.0.0.1:1,10.0.0.1:2", "[::ffff:127.0.0.1]:8003"}) {
    Machine machine;
    machine.environment["CLAVIGER_LISTEN"] = address;
    EXPECT_THAT(machine.problems(),
                ElementsAre(AllOf(StartsWith("CLAVIGER_LISTEN: "), HasSubstr("plain HTTP"),
                                  HasSubstr("or listen on 127.0.0.1"),
                                  HasSubstr("CLAVIGER_TLS_CERTIFICATE"),
                                  HasSubstr("CLAVIGER_TRUSTED_PROXIES"))))
        << address;
  }
  Machine machine;
  machine.environment["CLAVIGER_LISTEN"] = "127.0.0.1:0,[::1]:0,127.8.8.8:9";
  EXPECT_THAT(machine.settings().listen,
              ElementsAre(Endpoint{"127.0.0.1", 0}, Endpoint{"::1", 0}, Endpoint{"127.8.8.8", 9}));
}

TEST(LoadSettings, TlsOrNamedProxiesAllowAnyAddress_NET_2) {
  Machine proxied;
  proxied.environment["CLAVIGER_LISTEN"] = "0.0.0.0:8003,[::]:8003";
  proxied.environment["CLAVIGER_TRUSTED_PROXIES"] = "192.0.2.1,10.0.0.0/8,2001:db8::/32";
  EXPECT_THAT(proxied.settings().trusted_proxies,
              ElementsAre(*parse_network("192.0.2.1"), *parse_network("10.0.0.0/8"),
                          *parse_network("2001:db8::/32")));
  Machine tls;
  tls.environment["CLAVIGER_LISTEN"] = "0.0.0.0:8003";
  tls.environment["CLAVIGER_TLS_CERTIFICATE"] = "c";
  tls.environment["CLAVIGER_TLS_KEY"] = "k";
  tls.files["c"] = {.text = "chain", .mode = 0644};
  tls.files["k"] = {.text = "key"};
  const auto settings = tls.settings();
  EXPECT_TRUE(holds(settings.tls->certificate, "chain"));
  EXPECT_TRUE(holds(settings.tls->key, "key"));
  EXPECT_THAT(tls.warnings(), IsEmpty());
}

// NET-1
TEST(LoadSettings, TlsNeedsTwoReadableFiles) {
  Machine machine;
  machine.environment["CLAVIGER_LISTEN"] = "0.0.0.0:8003";
  machine.environment["CLAVIGER_TLS_KEY"] = "k";
  machine.files["k"] = {.text = "key"};
  EXPECT_THAT(machine.problems(), ElementsAre(StartsWith("CLAVIGER_TLS_CERTIFICATE: it is not")));
  machine.environment["CLAVIGER_TLS_CERTIFICATE"] = "c";
  EXPECT_THAT(machine.problems(), ElementsAre("CLAVIGER_TLS_CERTIFICATE: cannot read \"c\": no "
                                              "such file; give the path of a readable PEM file"));
  EXPECT_THAT(machine.problems(Purpose::command), IsEmpty());
  machine.environment.erase("CLAVIGER_TLS_KEY");
  EXPECT_THAT(machine.problems(), ElementsAre(StartsWith("CLAVIGER_TLS_KEY: it is not set")));
}

// NET-1: as every other file that holds a secret.
TEST(LoadSettings, AKeyForAllToReadStopsTheStartOutsideDevelopment) {
  Machine machine;
  machine.environment["CLAVIGER_TLS_CERTIFICATE"] = "c";
  machine.environment["CLAVIGER_TLS_KEY"] = "k";
  machine.files["c"] = {.text = "chain", .mode = 0644};
  machine.files["k"] = {.text = "key", .mode = 0644};
  const auto open = ElementsAre(
      AllOf(StartsWith("CLAVIGER_TLS_KEY: everybody"), HasSubstr("mode 0644"), HasSubstr("chmod")));
  EXPECT_THAT(machine.warnings(), open);
  machine.environment["CLAVIGER_ENVIRONMENT"] = "production";
  EXPECT_THAT(machine.problems(), open);
  machine.files["k"].mode = 0640;
  EXPECT_THAT(machine.problems(), IsEmpty());
}

TEST(LoadSettings, ProxiesAreNamedClearlyAndNotEverybody_NET_2) {
  for (const char* text : {"localhost", "10.0.0.1/8", "10.0.0.0/33", "192.0.2.1,", "192.0.2.1, ::1",
                           "0.0.0.0/0", "0.0.0.0/1", "11.0.0.0/7", "::/0", "::/6", "[::1]"}) {
    Machine machine;
    machine.environment["CLAVIGER_LISTEN"] = "0.0.0.0:8003";
    machine.environment["CLAVIGER_TRUSTED_PROXIES"] = text;
    EXPECT_THAT(machine.problems(), ElementsAre(StartsWith("CLAVIGER_TRUSTED_PROXIES (from")))
        << text;
  }
}

// SEC-5
TEST(LoadSettings, WeakSettingsStopTheStartOutsideDevelopment) {
  Machine machine;
  machine.environment = {{"MASTER_USERNAME", "operator"},
                         {"MASTER_PASSWORD", "changeme"},
                         {"JWT_SECRET_KEY", "short"},
                         {"JWT_SECRET_KEY_PREVIOUS", std::string(40, 'a')}};
  const auto weak = ElementsAre(StartsWith("MASTER_PASSWORD: "), StartsWith("JWT_SECRET_KEY: "),
                                StartsWith("JWT_SECRET_KEY_PREVIOUS: "));
  EXPECT_THAT(machine.warnings(), weak);
  machine.environment["CLAVIGER_ENVIRONMENT"] = "staging";
  EXPECT_THAT(machine.problems(), weak);
  EXPECT_THAT(machine.problems(Purpose::command), IsEmpty());
  machine.environment["CLAVIGER_ENVIRONMENT"] = "Development";
  EXPECT_THAT(machine.problems(), SizeIs(4));
}

// SEC-4
TEST(LoadSettings, OneMasterCredentialAloneIsAWarning) {
  for (const auto& [set, missing] :
       Texts{{"MASTER_USERNAME", "MASTER_PASSWORD"}, {"MASTER_PASSWORD", "MASTER_USERNAME"}}) {
    Machine machine;
    machine.environment[set] = good_password;
    EXPECT_THAT(machine.warnings(),
                ElementsAre(AllOf(StartsWith(missing + ": "), HasSubstr("disabled"))));
  }
}

TEST(LoadSettings, TheDefaultLifetimeIsNotAboveTheMaximum) {
  Machine machine;
  machine.environment["CLAVIGER_TOKEN_LIFETIME_MAX"] = "86400";
  EXPECT_THAT(machine.problems(), ElementsAre(StartsWith("CLAVIGER_TOKEN_LIFETIME: 2592000")));
  machine.environment["CLAVIGER_TOKEN_LIFETIME"] = "86400";
  EXPECT_THAT(machine.problems(), IsEmpty());
  machine.environment["CLAVIGER_TOKEN_LIFETIME"] = "59";
  EXPECT_THAT(machine.problems(), SizeIs(1));
}

TEST(LoadSettings, ACommandNeedsNeitherSigningKeyNorLoopback) {
  Machine machine;
  machine.environment = {{"CLAVIGER_LISTEN", "0.0.0.0:1"}};
  EXPECT_THAT(machine.problems(), SizeIs(2));
  EXPECT_THAT(machine.problems(Purpose::command), IsEmpty());
}

TEST(LoadSettings, ASlipInAVariableIsAWarningAndOtherProgramsVariablesAreNot) {
  Machine machine;
  machine.environment["CLAVIGER_LISTN"] = "x";
  machine.environment["CLAVIGER_PORT"] = "tcp://10.0.0.1:8003";
  machine.environment["CLAVIGER_SERVICE_HOST"] = "10.0.0.1";
  EXPECT_THAT(machine.warnings(),
              ElementsAre(AllOf(StartsWith("CLAVIGER_LISTN: "), HasSubstr("CLAVIGER_LISTEN"))));
}

TEST(LoadSettings, BoundsHoldAtTheirEdges) {
  struct Edge {
    const char* name;
    const char* value;
    bool good;
  };
  const Edge edges[] = {{"CLAVIGER_WORKERS", "256", true},
                        {"CLAVIGER_WORKERS", "257", false},
                        {"CLAVIGER_WORKERS", "+1", false},
                        {"CLAVIGER_WORKERS", "auto", true},
                        {"CLAVIGER_TOKEN_LIFETIME", "60", true},
                        {"CLAVIGER_TOKEN_LIFETIME", "2592000.0", false},
                        {"CLAVIGER_TOKEN_LIFETIME_MAX", "315360000", true},
                        {"CLAVIGER_TOKEN_LIFETIME_MAX", "315360001", false},
                        {"CLAVIGER_TOKEN_LIFETIME_MAX", "99999999999999999999", false},
                        {"CLAVIGER_TOKEN_RETENTION", "0", true},
                        {"CLAVIGER_ATTEMPTS_PER_MINUTE", "0", true},
                        {"CLAVIGER_ATTEMPTS_PER_MINUTE", "1000001", false},
                        {"CLAVIGER_CACHE_TOKENS", "999", false},
                        {"CLAVIGER_CACHE_TOKENS", "1000", true},
                        {"CLAVIGER_ENVIRONMENT", "pre-production-2", true},
                        {"CLAVIGER_ENVIRONMENT", "Production", false},
                        {"CLAVIGER_LISTEN", "127.0.0.1:65535", true},
                        {"CLAVIGER_LISTEN", "127.0.0.1:65536", false},
                        {"CLAVIGER_LISTEN", "127.0.0.1:", false},
                        {"CLAVIGER_LISTEN", "::1:80", false},
                        {"CLAVIGER_LISTEN", "127.0.0.1:1,", false},
                        {"CLAVIGER_LISTEN", "127.0.0.1:1,127.0.0.1:1", false},
                        {"CLAVIGER_DATABASE_URL", "sqlite:/var/lib/x.db", true},
                        {"CLAVIGER_DATABASE_URL", "sqlite:", false},
                        {"CLAVIGER_DATABASE_URL", "sqlite::memory:", false},
                        {"CLAVIGER_DATABASE_URL", "x.db", false}};
  for (const auto& edge : edges) {
    Machine machine;
    machine.environment[edge.name] = edge.value;
    EXPECT_EQ(machine.problems().empty(), edge.good) << edge.name << "=" << edge.value;
  }
}

TEST(LoadSettings, TheUrlOfADatabaseIsNeverShown) {
  Machine machine;
  machine.environment["CLAVIGER_DATABASE_URL"] = "postgresql://u:hunter2@db/claviger";
  EXPECT_THAT(machine.problems(), IsEmpty());
  for (const auto* url : {"postgresql://u:hunter2@db/\n", "postgres:u:hunter2@db"}) {
    machine.environment["CLAVIGER_DATABASE_URL"] = url;
    EXPECT_THAT(machine.problems(),
                ElementsAre(AllOf(HasSubstr("CLAVIGER_DATABASE_URL"), Not(HasSubstr("hunter2")))));
  }
}

TEST(LoadSettings, ASigningKeyTakesThePlaceOfTheSecret) {
  Machine machine;
  machine.environment = {{"CLAVIGER_SIGNING_KEY", "key.pem"}};
  EXPECT_THAT(machine.problems(), ElementsAre(HasSubstr("cannot read \"key.pem\"")));
  machine.files["key.pem"] = {.text = "the text of a key", .mode = 0600};
  EXPECT_THAT(machine.problems(), IsEmpty());
  EXPECT_EQ(machine.settings().signing_key->reveal([](auto text) { return std::string(text); }),
            "the text of a key");
  machine.files["key.pem"].mode = 0644;
  machine.environment["CLAVIGER_ENVIRONMENT"] = "production";
  EXPECT_THAT(machine.problems(), ElementsAre(HasSubstr("everybody on this machine may read")));
}

}  // namespace
}  // namespace claviger
