#include "bench/population.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/bytes.h"
#include "policy/credential.h"
#include "policy/policy.h"
#include "policy/scopes.h"
#include "token/claims.h"
#include "token/jws.h"

namespace claviger::bench {
namespace {

// What numbers are drawn for: each has a stream of its own.
enum Stream : std::uint64_t { key_stream, client_stream, user_stream, token_stream, stream_count };

/// The same bytes for the same seed, stream and number.
class SeededRandom final : public Random {
 public:
  SeededRandom(std::uint64_t seed, std::uint64_t stream, std::uint64_t number)
      : seed_(mix(seed, stream, number)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t at = 0; at < out.size(); at += sizeof(std::uint64_t)) {
      const auto bits = mix(seed_, stream_count, drawn_++);
      for (std::size_t i = at; i < std::min(out.size(), at + sizeof bits); ++i)
        out[i] = static_cast<std::uint8_t>(bits >> (8 * (i - at)));
    }
  }

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
};

std::string make_signing_secret(std::uint64_t seed) {
  std::array<std::uint8_t, 32> bytes;
  SeededRandom(seed, key_stream, 0).fill(bytes);
  return hex(bytes);
}

}  // namespace

std::uint64_t mix(std::uint64_t seed, std::uint64_t stream, std::uint64_t number) {
  // SplitMix64's output function over a counter.
  std::uint64_t z = seed * 0x9e3779b97f4a7c15ULL + stream * 0xd1b54a32d192ed03ULL + number;
  for (int round = 0; round < 2; ++round) {
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
  }
  return z;
}

Population::Population(const Census& census)
    : census_(census),
      environment_(*Environment::parse("benchmark")),
      issuer_(issuer_of(environment_)),
      key_(Key::hs256(environment_, SigningSecret(signing_secret()))) {}

std::string Population::signing_secret() const {
  return make_signing_secret(census_.seed);
}

Instant Population::first_issue() const {
  return census_.last_issue -
         std::chrono::milliseconds(static_cast<std::int64_t>(census_.tokens) - 1);
}

ClientId Population::client_id(std::uint64_t number) const {
  SeededRandom random(census_.seed, client_stream, number);
  const auto age = std::chrono::hours(48) - std::chrono::milliseconds(number);
  return IdSource(random).next<ClientId>(first_issue() - age);
}

UserId Population::user_id(std::uint64_t number) const {
  SeededRandom random(census_.seed, user_stream, number);
  const auto age = std::chrono::hours(24) - std::chrono::milliseconds(number);
  return IdSource(random).next<UserId>(first_issue() - age);
}

Population::ClientEntry Population::client(std::uint64_t number) const {
  SeededRandom random(census_.seed, client_stream, census_.clients + number);
  return {.id = client_id(number),
          .name = fmt::format("client {}", number),
          .api_key = make_api_key(environment_, random),
          .created_at = first_issue() - std::chrono::hours(48)};
}

Population::UserEntry Population::user(std::uint64_t number) const {
  SeededRandom random(census_.seed, user_stream, census_.users + number);
  return {.id = user_id(number),
          .client_id = client_id(number % census_.clients),
          .ordinal = number / census_.clients + 1,
          .identifier = fmt::format("integration-{:08}", number),
          .secret = make_user_secret(environment_, random),
          .created_at = first_issue() - std::chrono::hours(24)};
}

Population::TokenEntry Population::token(std::uint64_t number) const {
  SeededRandom random(census_.seed, token_stream, number);
  const auto created_at = first_issue() + std::chrono::milliseconds(number);
  const auto user = number % census_.users;
  return {.id = IdSource(random).next<TokenId>(created_at),
          .user_id = user_id(user),
          .client_id = client_id(user % census_.clients),
          .created_at = created_at,
          .expires_at = from_unix_seconds(unix_seconds(created_at)) + census_.lifetime};
}

std::string Population::token_text(std::uint64_t number) const {
  const auto entry = token(number);
  return sign_token(key_, write_claims({.token_id = entry.id,
                                        .user_id = entry.user_id,
                                        .client_id = entry.client_id,
                                        .issued_at = entry.created_at,
                                        .expires_at = entry.expires_at,
                                        .issuer = issuer_,
                                        .scopes = kDefaultScopes}));
}

std::string census_text(const Census& census) {
  return fmt::format("{} {} {} {} {} {}\n", census.clients, census.users, census.tokens,
                     unix_milliseconds(census.last_issue), census.lifetime.count(), census.seed);
}

Result<Census> parse_census(const std::string& text) {
  std::istringstream in(text);
  Census census;
  std::int64_t last_issue_ms = 0;
  std::int64_t lifetime_s = 0;
  if (!(in >> census.clients >> census.users >> census.tokens >> last_issue_ms >> lifetime_s >>
        census.seed))
    return fail(Code::malformed_body, "This is no census of a made-up database.");
  census.last_issue = from_unix_milliseconds(last_issue_ms);
  census.lifetime = seconds(lifetime_s);
  return census;
}

}  // namespace claviger::bench
