#include "config/weak_settings.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace claviger {
namespace {

constexpr std::size_t password_chars_min = 12;
constexpr std::size_t key_bytes_min = 32;
constexpr std::size_t distinct_bytes_min = 6;
constexpr std::string_view right_key =
    "give at least 32 random bytes, such as the output of: openssl rand -base64 48";
constexpr std::string_view right_password =
    "give 12 characters or more that nobody can guess, such as: openssl rand -base64 24";

// Keys and passwords of documentation and tutorials, reduced as by `reduced`.
constexpr std::string_view examples[] = {
    // jwt.io
    "your256bitsecret", "your384bitsecret", "your512bitsecret", "astringsecretatleast256bitslong",
    "avalidstringsecretthatisatleast512bitslongwhichisverylong",
    // RFC 7515 A.1, RFC 7517 A.3, RFC 7520 3.5
    "aym1sysppbydfgzld3umj1qzkobwvmkoqqestjqlrt1qs0gzh75aktmn3yj0ips4hcguutwjazzr1z9caow",
    "gawggufygrwkav7ax4vkug", "hjtxiz2usn5kbqfbttnwbpdmhkv8fjgonbc6mxccyg",
    // FastAPI, Spring Boot and Node tutorials
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
    "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
    "5367566b59703373367639792f423f4528482b4d6251655468576d5a71347437",
    "qwertyuiopasdfghjklzxcvbnm", "mysecretkey", "thisisasecretkey", "thisismysecretkey",
    "thisisaverysecretkey", "thisisaverylongsecretkey", "shhhhhsecret", "keyboardcat",
    "supersecretkey", "verysecretkey",
    // passwords
    "password1234", "password12345", "password123456", "passwordpassword", "masterpassword",
    "adminpassword", "administrator", "secretpassword", "supersecretpassword", "examplepassword",
    "mysecretpassword", "correcthorsebatterystaple", "letmeinletmein", "qwertyuiop12",
    "qwertyuiop123", "1q2w3e4r5t6y", "iloveyou1234", "welcome12345"};

// Words of placeholders: a random text of usual length has none of them.
constexpr std::string_view placeholder_words[] = {
    "changeme",    "changethis",    "changeit",     "replaceme",       "replacethis",
    "placeholder", "yoursecret",    "yourpassword", "yourmaster",      "yourjwt",
    "yourkey",     "secretkeyhere", "passwordhere", "insertsecret",    "djangoinsecure",
    "notsecret",   "insecure",      "donotuse",     "developmentonly", "devsecret",
    "testsecret",  "examplesecret", "examplekey",   "jwtsecretkey"};

/// Lower-case letters and digits alone, so that spellings of one example are alike.
std::string reduced(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

/// The length of the shortest text that `text` is a repetition of (a last part may be cut off).
std::size_t period(std::string_view text) {
  for (std::size_t length = 1; length < text.size(); ++length)
    if (text.substr(length) == text.substr(0, text.size() - length)) return length;
  return text.size();
}

/// True if nearly each character follows from the one before it: 0123…, zyxw…, aaaa….
bool is_sequential(std::string_view text) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const int step = text[i] - text[i - 1];
    steps += step >= -1 && step <= 1;
  }
  return text.size() > 1 && steps * 4 >= (text.size() - 1) * 3;
}

std::size_t distinct_bytes(std::string_view text) {
  std::array<bool, 256> seen{};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = true;
  return static_cast<std::size_t>(std::ranges::count(seen, true));
}

bool is_known(std::string_view text) {
  std::string plain = reduced(text);
  const bool known = std::ranges::find(examples, plain) != std::end(examples) ||
                     std::ranges::any_of(placeholder_words, [&](std::string_view word) {
                       return plain.find(word) != std::string::npos;
                     });
  wipe(plain);
  return known;
}

void check_key(std::string_view name, const SigningSecret& key, std::vector<SettingProblem>& out) {
  if (key.empty()) return;
  auto why = key.reveal([](std::string_view text) -> std::string {
    return text.size() < key_bytes_min ? "is shorter than 32 bytes" : guessable(text);
  });
  if (!why.empty())
    out.push_back(
        {.setting = std::string(name), .wrong = "the key " + why, .right = std::string(right_key)});
}

void check_password(const Settings& settings, std::vector<SettingProblem>& out) {
  if (settings.master_password.empty()) return;
  auto why = settings.master_password.reveal([](std::string_view text) -> std::string {
    return utf8_length(text) < password_chars_min ? "is shorter than 12 characters"
                                                  : guessable(text);
  });
  if (!why.empty())
    out.push_back({.setting = "MASTER_PASSWORD",
                   .wrong = "the password " + why,
                   .right = std::string(right_password)});
}

}  // namespace

std::string guessable(std::string_view text) {
  if (is_known(text)) return "is a well-known example or placeholder";
  if (period(text) <= text.size() / 2 && period(text) < key_bytes_min)
    return "is a repetition of a short text";
  if (is_sequential(text)) return "is a sequence";
  if (distinct_bytes(text) < distinct_bytes_min) return "has hardly any different characters";
  return {};
}

std::vector<SettingProblem> weak_settings(const Settings& settings) {
  std::vector<SettingProblem> weak;
  check_password(settings, weak);
  check_key("JWT_SECRET_KEY", settings.jwt_secret_key, weak);
  if (settings.jwt_secret_key_previous)
    check_key("JWT_SECRET_KEY_PREVIOUS", *settings.jwt_secret_key_previous, weak);
  return weak;
}

}  // namespace claviger
