#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.h"
#include "store/store.h"

/// What every storage engine has to hold. An engine's tests include the headers of this folder and
/// instantiate their suites with a function that makes a Place.
namespace claviger::contract {

/// Room for one database, empty at first. Stores opened in it share that database.
class Place {
 public:
  virtual ~Place() = default;
  virtual std::shared_ptr<Store> open() = 0;
};

struct Engine {
  std::string name;
  std::unique_ptr<Place> (*make_place)();
};
inline std::string engine_name(const testing::TestParamInfo<Engine>& info) {
  return info.param.name;
}
inline void PrintTo(const Engine& engine, std::ostream* out) {
  *out << engine.name;
}

/// The value of a result that has to be one.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail + " " + result.error().cause);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
template <class T>
T must_have(Result<std::optional<T>> result) {
  auto value = must(std::move(result));
  if (!value) throw std::runtime_error("there is no such object");
  return std::move(*value);
}

/// Bytes that differ from call to call and repeat from run to run.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_ = 1;
};

inline constexpr std::int64_t start_ms = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
inline constexpr seconds lifetime{3600};
inline const Origin somebody = Origin::command_line();

/// Makes objects with unique ids and hashes. Not for several threads at once.
class Maker {
 public:
  explicit Maker(CountingRandom random = {}) : random_(random) {}

  Instant now = from_unix_milliseconds(start_ms);

  template <class HashType>
  HashType hash() {
    HashType hash;
    random_.fill(hash.bytes);
    return hash;
  }
  template <class IdType>
  IdType id() {
    return IdSource(random_).next<IdType>(now);
  }
  NewClient client(std::string name = "example_company") {
    return {.id = id<ClientId>(),
            .name = std::move(name),
            .api_key_hash = hash<ApiKeyHash>(),
            .api_key_preview = "sk-client-...12345678",
            .created_at = now,
            .origin = Origin::command_line()};
  }
  NewUser user(ClientId client, std::string_view identifier) {
    return {.id = id<UserId>(),
            .client_id = client,
            .identifier = std::string(identifier),
            .scopes = "read:all",
            .secret_hash = hash<UserSecretHash>(),
            .secret_preview = "sk-user-...12345678",
            .created_at = now,
            .origin = Origin::command_line()};
  }
  NewToken token(const NewUser& user) {
    return {.id = id<TokenId>(),
            .user_id = user.id,
            .client_id = user.client_id,
            .preview = "eyJ****xyz",
            .created_by_username = "admin_user",
            .created_at = now,
            .expires_at = now + lifetime,
            .secret_hash = user.secret_hash,
            .api_key_hash = std::nullopt,
            .origin = Origin::command_line()};
  }

 private:
  CountingRandom random_;
};

/// An engine with one open store.
class StoreContract : public testing::TestWithParam<Engine> {
 protected:
  StoreContract() : place_(GetParam().make_place()), store_(place_->open()) {}

  NewClient add_client(std::string name = "example_company") {
    auto client = make_.client(std::move(name));
    must(store_->create_client(client));
    return client;
  }
  NewUser add_user(ClientId client, std::string_view identifier = "glchat_user") {
    auto user = make_.user(client, identifier);
    must(store_->create_user(user));
    return user;
  }
  NewToken add_token(const NewUser& user) {
    auto token = make_.token(user);
    if (!must(store_->create_token(token))) throw std::runtime_error("no token was issued");
    return token;
  }
  /// Whether a check would accept the token, its expiry aside.
  bool is_live(TokenId id) {
    const auto read = must(store_->read_live(id, Epoch{}));
    return read.record && !read.record->revoked;
  }

  std::unique_ptr<Place> place_;
  std::shared_ptr<Store> store_;
  Maker make_;
};

/// Runs `work(i)` in `count` threads at once.
template <class F>
void in_threads(int count, F work) {
  std::atomic<int> waiting{count};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      for (--waiting; waiting.load() > 0;) std::this_thread::yield();
      work(i);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace claviger::contract
