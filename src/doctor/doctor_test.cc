#include "doctor/doctor.h"

#include <gmock/gmock.h>

#include "crypto/signature_key.h"
#include "doctor/checks.h"

namespace claviger::doctor {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string good_key = "kT9vXq2LmW8zRb4NcY7dJf1HsG6pUe3AqPz0oYh5tVbE";
const std::string other_key = "b7QeR2uYcM0xWn5LdK8sFj3ZaV6gTp1HiO9rXv4BmDqC";

/// Files in memory.
struct Files {
  struct File {
    std::string text;
    mode_t mode = 0600;
  };
  std::map<std::string, File> files{};
  std::map<std::string, mode_t> folders{{"/data", 0700}, {".", 0700}};

  Machine machine() const {
    return {.read_file = [this](const std::string& path) -> tl::expected<FileText, std::string> {
              const auto file = files.find(path);
              if (file == files.end()) return tl::unexpected<std::string>("no such file");
              return FileText{.text = SettingText(file->second.text), .mode = file->second.mode};
            },
            .mode_of = [this](const std::string& path) -> std::optional<mode_t> {
              const auto folder = folders.find(path);
              return folder == folders.end() ? std::nullopt : std::optional(folder->second);
            }};
  }
  Examined look(const std::string& path) const { return examine(path, machine()).value(); }
};

std::string settings(const std::string& environment, const std::string& more) {
  return "CLAVIGER_ENVIRONMENT=" + environment + "\nCLAVIGER_DATABASE_URL=sqlite:/data/" +
         environment + ".db\n" + more;
}

auto finding(Severity severity, std::size_t line, const char* setting, const char* wrong) {
  return Contains(AllOf(Field(&Finding::severity, severity), Field(&Finding::line, line),
                        Field(&Finding::setting, setting),
                        Field(&Finding::wrong, HasSubstr(wrong))));
}

TEST(Doctor, AGoodFileHasNotesAtMost) {
  Files files;
  files.files["key"] = {good_key};
  files.files["a"] = {settings("production", "JWT_SECRET_KEY_FILE=key\n")};
  EXPECT_THAT(files.look("a").findings, IsEmpty());
  files.files["a"] = {settings("production", "JWT_SECRET_KEY=" + good_key + "\n")};
  EXPECT_THAT(files.look("a").findings, Each(Field(&Finding::severity, Severity::note)));
}

// ENV-3: a secret that stands where another setting is meant is not repeated either.
TEST(Doctor, NoFindingHoldsAValue) {
  Files files;
  const std::string canary = "/Canary\\\"" + good_key;
  for (const auto* name : {"CLAVIGER_LISTEN", "CLAVIGER_WORKERS", "CLAVIGER_ENVIRONMENT",
                           "JWT_SECRET_KEY_FILE", "CLAVIGER_SIGNING_KEY", "CLAVIGER_LOG_LEVEL",
                           "CLAVIGER_DATABASE_URL", "CLIENT_API_KEY", "CLAVIGER_LISTN"}) {
    files.files["a"] = {std::string(name) + "='" + canary + canary + canary + "'\n"};
    const auto findings = files.look("a").findings;
    EXPECT_THAT(findings, Contains(Field(&Finding::severity, Severity::error))) << name;
    EXPECT_THAT(findings, Each(AllOf(Field(&Finding::wrong, Not(HasSubstr("anary"))),
                                     Field(&Finding::right, Not(HasSubstr("anary"))),
                                     Field(&Finding::wrong, Not(HasSubstr(good_key))))))
        << name;
  }
}

// SEC-5
TEST(Doctor, KeysAreMeasured) {
  EXPECT_EQ(bits_by_alphabet("0123456789abcdef"), 64);
  EXPECT_EQ(bits_by_alphabet("0123456789abcdeX"), 96);
  EXPECT_EQ(bits_by_variety("abababab"), 8);
  EXPECT_EQ(bits_by_variety(""), 0);
  EXPECT_GE(bits_by_alphabet(good_key), 256);

  Files files;
  files.files["a"] = {settings("production", "JWT_SECRET_KEY=09182736455463728190192837465546\n")};
  EXPECT_THAT(files.look("a").findings,
              finding(Severity::warning, 3, "JWT_SECRET_KEY", "too few different"));
  files.files["a"] = {settings("production", "JWT_SECRET_KEY=" + good_key.substr(0, 32) + "\n")};
  EXPECT_THAT(files.look("a").findings,
              finding(Severity::note, 3, "JWT_SECRET_KEY", "barely long enough"));
}

// ENV-3
TEST(Doctor, WhatTwoFilesShareIsFoundWhereverItStands) {
  Files files;
  files.files["key"] = {good_key + "\n"};
  files.files["a"] = {settings("production", "JWT_SECRET_KEY_FILE=key\n")};
  files.files["b"] = {settings("staging", "JWT_SECRET_KEY=" + other_key +
                                              "\nJWT_SECRET_KEY_PREVIOUS=' " + good_key + "'\n")};
  EXPECT_THAT(
      compare(files.look("a"), files.look("b")),
      AllOf(::testing::SizeIs(1), finding(Severity::error, 3, "JWT_SECRET_KEY_FILE",
                                          "the same as JWT_SECRET_KEY_PREVIOUS of b line 4")));
  files.files["key"] = {other_key.substr(0, 43) + "x"};
  EXPECT_THAT(compare(files.look("a"), files.look("b")), IsEmpty());
}

// ENV-3
TEST(Doctor, APrivateKeyIsTheSameUnderAnyName) {
  Files files;
  const auto pem = SignatureKey::generate_pem(SignatureKey::Kind::ed25519);
  files.files["one.pem"] = {pem};
  files.files["two.pem"] = {"a comment\n" + pem};
  files.files["a"] = {settings("production", "CLAVIGER_SIGNING_KEY=one.pem\n")};
  files.files["b"] = {settings("staging", "CLAVIGER_SIGNING_KEY=two.pem\n")};
  EXPECT_THAT(compare(files.look("a"), files.look("b")),
              finding(Severity::error, 3, "CLAVIGER_SIGNING_KEY", "the same as"));
  files.files["two.pem"] = {SignatureKey::generate_pem(SignatureKey::Kind::ed25519)};
  EXPECT_THAT(compare(files.look("a"), files.look("b")), IsEmpty());
}

TEST(Doctor, PlacesThatOthersCanWriteTo) {
  Files files;
  files.files["a"] = {settings("production", "JWT_SECRET_KEY=" + good_key + "\n")};
  files.folders["/data"] = 01777;
  EXPECT_THAT(files.look("a").findings,
              finding(Severity::warning, 2, "CLAVIGER_DATABASE_URL", "put files into"));
  files.folders = {{".", 0777}, {"/data", 0700}, {"/data/production.db", 0644}};
  EXPECT_THAT(files.look("a").findings,
              AllOf(finding(Severity::warning, 0, "", "may replace it"),
                    finding(Severity::warning, 2, "CLAVIGER_DATABASE_URL", "read or change")));
  files.files["a"].mode = 0660;
  EXPECT_THAT(files.look("a").findings, AllOf(finding(Severity::warning, 0, "", "group may change"),
                                              finding(Severity::note, 0, "", "group may read")));
}

}  // namespace
}  // namespace claviger::doctor
