#include "token/known_tokens.h"

#include <cstring>

namespace claviger {

struct KnownTokens::Content {
  KeyedDigest::Value digest;
  std::uint64_t size;  // 0: an empty entry
  TokenId token_id;
  UserId user_id;
  ClientId client_id;
  Instant issued_at;
  Instant expires_at;
  std::uint64_t key;

  bool is_of(const KeyedDigest::Value& other, std::size_t other_size) const {
    std::uint64_t difference = size ^ other_size;
    for (std::size_t i = 0; i < digest.size(); ++i) difference |= digest[i] ^ other[i];
    return difference == 0;
  }
};

namespace {

/// No text is a token, and would look like an empty entry.
bool can_be_kept(std::string_view token) {
  return !token.empty() && token.size() <= KeyedDigest::text_max;
}

}  // namespace

/// A seqlock: the version is odd while the entry is written, and a reader that saw it odd or
/// changed has read nothing. Words are released and acquired, so that who sees a new one sees the
/// odd version too.
struct alignas(128) KnownTokens::Entry {
  static constexpr std::size_t kWords = sizeof(Content) / sizeof(std::uint64_t);
  using Words = std::array<std::uint64_t, kWords>;
  static_assert(sizeof(Content) == sizeof(Words));

  std::atomic<std::uint64_t> version{0};
  std::array<std::atomic<std::uint64_t>, kWords> words{};

  /// Tells nearly all others apart at a glance.
  bool may_be_of(const KeyedDigest::Value& digest) const {
    return words[0].load(std::memory_order_acquire) == digest[0];
  }

  std::optional<Content> read() const {
    const auto before = version.load(std::memory_order_acquire);
    Words copy;
    for (std::size_t i = 0; i < kWords; ++i) copy[i] = words[i].load(std::memory_order_acquire);
    if (before % 2 != 0 || version.load(std::memory_order_relaxed) != before) return std::nullopt;
    Content content;
    std::memcpy(static_cast<void*>(&content), copy.data(), sizeof content);
    return content;
  }

  /// Does nothing if another thread is writing here: a token that is not kept costs time alone.
  void write(const Content& content) {
    auto before = version.load(std::memory_order_relaxed);
    if (before % 2 != 0 || !version.compare_exchange_strong(before, before + 1)) return;
    Words copy;
    std::memcpy(copy.data(), &content, sizeof copy);
    for (std::size_t i = 0; i < kWords; ++i) words[i].store(copy[i], std::memory_order_release);
    version.store(before + 2, std::memory_order_release);
  }
};

struct KnownTokens::Set {
  std::array<Entry, kWays> entries;
};

KnownTokens::KnownTokens(std::size_t sets, Random& random)
    : digest_(random), mask_(sets - 1), sets_(std::make_unique<Set[]>(sets)) {}

KnownTokens::~KnownTokens() = default;

KnownTokens::Set& KnownTokens::set_of(const KeyedDigest::Value& digest) const {
  return sets_[digest[1] & mask_];
}

std::optional<Claims> KnownTokens::find(std::string_view token) const {
  if (!can_be_kept(token)) return std::nullopt;
  const auto digest = digest_.of(token);
  for (const auto& entry : set_of(digest).entries) {
    if (!entry.may_be_of(digest)) continue;
    const auto content = entry.read();
    if (!content || !content->is_of(digest, token.size())) continue;
    return Claims{.token_id = content->token_id,
                  .user_id = content->user_id,
                  .client_id = content->client_id,
                  .issued_at = content->issued_at,
                  .expires_at = content->expires_at,
                  .not_before = {},
                  .key = content->key,
                  .for_this_issuer = true,
                  .for_this_audience = true,
                  .environment_of_iss = {}};
  }
  return std::nullopt;
}

void KnownTokens::remember(std::string_view token, const Claims& claims) {
  if (!can_be_kept(token) || !claims.for_this_issuer || !claims.for_this_audience ||
      claims.not_before || claims.narrowed_to)
    return;
  const auto digest = digest_.of(token);
  auto& entries = set_of(digest).entries;
  Entry* place = &entries[digest[3] & (kWays - 1)];  // if all are taken, one is as good as another
  for (auto& entry : entries) {
    const auto content = entry.read();
    if (!content || content->size != 0) continue;
    place = &entry;
    break;
  }
  place->write({.digest = digest,
                .size = token.size(),
                .token_id = claims.token_id,
                .user_id = claims.user_id,
                .client_id = claims.client_id,
                .issued_at = claims.issued_at,
                .expires_at = claims.expires_at,
                .key = claims.key});
}

}  // namespace claviger
