#pragma once

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace claviger {

using Uuid = std::array<std::uint8_t, 16>;

/// The 36-character lower-case text of a UUID (RFC 9562 §4).
std::string uuid_text(const Uuid& uuid);
/// Writes that text to `out`, which has room for 36 characters.
void uuid_write(const Uuid& uuid, char* out);
/// Reads the 36-character text, in either case; nullopt for anything else.
std::optional<Uuid> uuid_parse(std::string_view text);

/// An id of one kind of thing. Ids of different kinds neither convert nor compare.
template <class Tag>
struct Id {
  Uuid bytes{};

  static std::optional<Id> parse(std::string_view text) {
    if (auto uuid = uuid_parse(text)) return Id{*uuid};
    return std::nullopt;
  }
  std::string text() const { return uuid_text(bytes); }
  auto operator<=>(const Id&) const = default;
};

using ClientId = Id<struct ClientTag>;
using UserId = Id<struct UserTag>;
using TokenId = Id<struct TokenTag>;

/// Makes ids: version 7 UUIDs, each after all that this source made before (RFC 9562 §6.2, a
/// counter in the 12 bits behind the millisecond), so that the order of ids is the order of
/// creation. Safe for all threads.
class IdSource {
 public:
  explicit IdSource(Random& random) : random_(random) {}
  template <class AnyId>
  AnyId next(Instant now) {
    return AnyId{next_uuid(now)};
  }

 private:
  Uuid next_uuid(Instant now);
  Random& random_;
  std::atomic<std::uint64_t> last_{0};  // milliseconds × 4096 + counter
};

}  // namespace claviger

template <class Tag>
struct std::hash<claviger::Id<Tag>> {
  std::size_t operator()(const claviger::Id<Tag>& id) const noexcept {
    std::uint64_t low;  // of a version 7 UUID, the random half
    std::memcpy(&low, id.bytes.data() + 8, sizeof low);
    return low * 0x9e3779b97f4a7c15ULL;
  }
};
