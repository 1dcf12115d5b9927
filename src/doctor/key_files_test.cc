#include "doctor/key_files.h"

#include <gmock/gmock.h>

#include "crypto/system_random.h"
#include "doctor/doctor.h"
#include "token/key_file.h"

namespace claviger::doctor {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Environment production = *Environment::parse("production");
const Environment development = *Environment::parse("development");

KeyFile file(const std::string& name, const std::string& text, mode_t mode = 0600) {
  return {.name = name, .text = SettingText(text), .mode = mode};
}

/// A key that was made for an environment, as a file.
KeyFile made(const Environment& environment, KeyAlgorithm algorithm, mode_t mode = 0600) {
  SystemRandom random;
  const auto key = generate_key(environment, algorithm, random);
  return key.text.reveal(
      [&](std::string_view text) { return file(key.file_name, std::string(text), mode); });
}

template <class... File>
KeyFolder folder_of(File... files) {
  KeyFolder folder{.mode = 0700};
  (folder.files.push_back(std::move(files)), ...);
  return folder;
}

auto is_refused(const char* wrong) {
  return AllOf(Field(&KeyFileProblem::wrong, HasSubstr(wrong)),
               Field(&KeyFileProblem::is_refused, true));
}

TEST(KeyFiles, GoodOnesAreTakenWithoutAWord) {
  const auto found = keys_of_folder(
      folder_of(made(production, KeyAlgorithm::hs256), made(production, KeyAlgorithm::es256),
                made(production, KeyAlgorithm::eddsa, 0640)),
      production);
  EXPECT_EQ(found.keys.size(), 3U);
  EXPECT_THAT(found.problems, IsEmpty());
}

TEST(KeyFiles, OneBadFileSpoilsNoOther) {  // SEC-5, ENV-2
  auto folder =
      folder_of(made(production, KeyAlgorithm::eddsa, 0644), made(development, KeyAlgorithm::eddsa),
                file("broken.pem", "text"), file("short.secret", "kT9vXq2LmW8zRb4"),
                file("weak.secret", "changeme-changeme-changeme-changeme"),
                made(production, KeyAlgorithm::eddsa));
  folder.strays.push_back({"README", "it is a text"});
  const auto found = keys_of_folder(folder, production);
  EXPECT_EQ(found.keys.size(), 1U);
  EXPECT_THAT(
      found.problems,
      ElementsAre(is_refused("may read or change"), is_refused("\"development\""),
                  is_refused("is not an unencrypted PEM"), is_refused("is shorter than 32 bytes"),
                  is_refused("placeholder"), is_refused("it is a text")));
}

TEST(KeyFiles, InDevelopmentWeakOnesAreTakenWithAWord) {
  const auto found = keys_of_folder(
      folder_of(made(development, KeyAlgorithm::eddsa, 0644), file("weak.secret", "changeme")),
      development);
  EXPECT_EQ(found.keys.size(), 2U);
  EXPECT_EQ(found.problems.size(), 2U);
  for (const auto& problem : found.problems) EXPECT_FALSE(problem.is_refused);
}

TEST(KeyFiles, AFolderThatEverybodyMayWriteToIsNotUsed) {
  auto folder = folder_of(made(production, KeyAlgorithm::eddsa));
  folder.mode = 0777;
  const auto found = keys_of_folder(folder, production);
  EXPECT_THAT(found.keys, IsEmpty());
  EXPECT_THAT(found.problems, ElementsAre(is_refused("may put keys into it")));
}

TEST(KeyFiles, TheSameKeyTwiceIsOne) {
  auto one = made(production, KeyAlgorithm::es256);
  auto other = file("of the settings.pem",
                    one.text.reveal([](std::string_view text) { return std::string(text); }));
  EXPECT_EQ(keys_of_folder(folder_of(std::move(one), std::move(other)), production).keys.size(),
            1U);
}

/// A machine with a settings file of this text, and that folder.
Machine machine_of(const std::string& text, std::function<KeyFolder()> folder) {
  return {.read_file = [text](const std::string&) -> tl::expected<FileText, std::string> {
            return FileText{.text = SettingText(text), .mode = 0600};
          },
          .mode_of = [](const std::string&) { return std::optional<mode_t>(0700); },
          .read_keys = [folder](const std::string&) -> tl::expected<KeyFolder, std::string> {
            if (!folder) return tl::unexpected<std::string>("no such folder");
            return folder();
          }};
}

std::string settings(const std::string& environment) {
  return "CLAVIGER_ENVIRONMENT=" + environment + "\nCLAVIGER_KEYS=/keys\n" +
         "CLAVIGER_DATABASE_URL=sqlite:/data/" + environment + ".db\n";
}

TEST(DoctorOfKeys, TellsWhatAStartWouldNotTake) {  // ENV-3
  const auto text = settings("production");
  const auto wrong = [](const Examined& examined) {
    std::string all;
    for (const auto& finding : examined.findings)
      if (finding.severity == Severity::error)
        all += std::to_string(finding.line) + " " + finding.setting + " " + finding.wrong + "\n";
    return all;
  };
  EXPECT_EQ(wrong(*examine("a", machine_of(text, {}))),
            "2 CLAVIGER_KEYS the folder cannot be read: no such folder\n");
  EXPECT_EQ(wrong(*examine("a", machine_of(text, [] { return folder_of(); }))),
            "2 CLAVIGER_KEYS no key in the folder can sign\n");
  const auto open = [] { return folder_of(made(production, KeyAlgorithm::es256, 0604)); };
  EXPECT_THAT(wrong(*examine("a", machine_of(text, open))), HasSubstr("may read or change it"));
  const auto good = [] { return folder_of(made(production, KeyAlgorithm::es256)); };
  EXPECT_EQ(wrong(*examine("a", machine_of(text, good))), "");
}

TEST(DoctorOfKeys, FindsAKeyThatTwoEnvironmentsShare) {  // ENV-3
  const auto key = made(production, KeyAlgorithm::es256);
  const auto text = key.text.reveal([](std::string_view t) { return std::string(t); });
  const auto shared = [&] { return folder_of(file("a.pem", text)); };
  const auto one = examine("a", machine_of(settings("production"), shared));
  const auto other = examine("b", machine_of(settings("staging"), shared));
  EXPECT_THAT(compare(*one, *other),
              ElementsAre(Field(&Finding::wrong, "it is the same as CLAVIGER_KEYS of b line 2")));
}

}  // namespace
}  // namespace claviger::doctor
