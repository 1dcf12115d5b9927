#include "base/ids.h"

#include <algorithm>

#include "base/bytes.h"

namespace claviger {

void uuid_write(const Uuid& uuid, char* out) {
  const ByteView bytes(uuid);
  hex_write(bytes.first(4), out);
  hex_write(bytes.subspan(4, 2), out + 9);
  hex_write(bytes.subspan(6, 2), out + 14);
  hex_write(bytes.subspan(8, 2), out + 19);
  hex_write(bytes.subspan(10), out + 24);
  out[8] = out[13] = out[18] = out[23] = '-';
}

std::string uuid_text(const Uuid& uuid) {
  std::string text(36, '\0');
  uuid_write(uuid, text.data());
  return text;
}

std::optional<Uuid> uuid_parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  std::array<char, 32> digits;
  text.copy(digits.data(), 8);
  text.copy(digits.data() + 8, 4, 9);
  text.copy(digits.data() + 12, 4, 14);
  text.copy(digits.data() + 16, 4, 19);
  text.copy(digits.data() + 20, 12, 24);
  Uuid uuid;
  if (!hex_decode({digits.data(), digits.size()}, uuid)) return std::nullopt;
  return uuid;
}

Uuid IdSource::next_uuid(Instant now) {
  const auto earliest = static_cast<std::uint64_t>(unix_milliseconds(now)) << 12;
  std::uint64_t last = last_.load();
  std::uint64_t stamp = 0;
  do {  // more than 4096 in a millisecond borrow from the next one
    stamp = std::max(earliest, last + 1);
  } while (!last_.compare_exchange_weak(last, stamp));

  Uuid uuid;
  random_.fill(std::span(uuid).subspan(8));
  for (std::size_t i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(stamp >> (52 - 8 * i));
  uuid[6] = static_cast<std::uint8_t>(0x70 | ((stamp >> 8) & 0x0f));  // version 7
  uuid[7] = static_cast<std::uint8_t>(stamp);
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);  // variant of RFC 9562
  return uuid;
}

}  // namespace claviger
