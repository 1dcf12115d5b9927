// A text in which leaked credentials are sought; and the same one with a new key in the middle.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "leak/stream.h"
#include "policy/credential.h"
#include "require.h"

namespace claviger {
namespace {

class Zeros final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0}); }
};

/// What is found stands there, is of the form that its kind has, and is not shown.
void check(std::string_view text, const Leak& leak) {
  require(leak.size <= limits::token_bytes && leak.offset + leak.size <= text.size());
  const auto there = text.substr(leak.offset, leak.size);
  leak.text.reveal([&](std::string_view found) { require(found == there); });
  require(Environment::parse(leak.environment).has_value());
  require(leak.preview.size() <= 21);
  if (leak.kind == LeakKind::api_key)
    require(environment_of_credential(CredentialKind::api_key, there) == leak.environment);
  if (leak.kind == LeakKind::user_secret)
    require(environment_of_credential(CredentialKind::user_secret, there) == leak.environment);
}

std::size_t check_all(std::string_view text) {
  const auto leaks = find_leaks(text);
  for (const auto& leak : leaks) check(text, leak);
  LeakStream stream;  // in pieces it is the same
  for (auto rest = text; !rest.empty();) {
    const auto room = stream.room();
    const auto size = std::min(room.size(), rest.size());
    std::memcpy(room.data(), rest.data(), size);
    stream.took(size);
    rest.remove_prefix(size);
  }
  const auto placed = stream.finish();
  require(placed.size() == leaks.size());
  for (const auto& [leak, line, column] : placed) {
    const auto before = text.substr(0, leak.offset);
    require(line == 1U + static_cast<std::size_t>(std::ranges::count(before, '\n')));
    require(column == leak.offset - (before.rfind('\n') + 1) + 1);
  }
  return leaks.size();
}

void run(std::string_view text) {
  check_all(text);
  Zeros random;
  const auto key = make_api_key(*Environment::parse("development"), random);
  const auto with_key = key.reveal([&](std::string_view added) {
    return std::string(text.substr(0, text.size() / 2))
        .append(added)
        .append(text.substr(text.size() / 2));
  });
  require(check_all(with_key) > 0);
}

}  // namespace
}  // namespace claviger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
