// In steady state a check allocates no memory and takes no lock. Both are counted for each thread,
// by standing in for the C++ allocation functions and for pthread_mutex_lock.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "api/api.h"
#include "http/request_parser.h"
#include "http/response_writer.h"
#include "service/world.h"

#if defined(__SANITIZE_THREAD__)
#define CLAVIGER_HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLAVIGER_HAS_TSAN 1
#endif
#endif

namespace {
thread_local long allocations = 0;
thread_local long locks = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

#ifndef CLAVIGER_HAS_TSAN
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const auto real = reinterpret_cast<Lock>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  ++locks;
  return real(mutex);
}
#endif

namespace claviger::api {
namespace {

/// One request after another from their bytes to the bytes of their answers.
class Exchange {
 public:
  explicit Exchange(World& world) : world_(world) {
    out_.reserve(4096);
    response_.headers.reserve(1024);
    response_.body.reserve(4096);
  }
  int status_of(const std::string& bytes) {
    response_.reset();
    out_.clear();
    const auto head = http::parse_head(bytes, *headers_, request_);
    if (head.state != http::Head::State::complete || !api_.try_handle(request_, response_))
      return 0;
    http::write_response(out_, response_, {.date = "Thu, 01 Jan 1970 00:00:00 GMT"});
    return response_.status;
  }

 private:
  World& world_;
  AttemptLimiter limiter_{{.attempts_per_minute = 60}, world_.random};
  Api api_{world_.services, limiter_, world_.log, {}};
  std::unique_ptr<http::HeaderStorage> headers_ = std::make_unique<http::HeaderStorage>();
  http::Request request_;
  http::Response response_;
  std::string out_;
};

struct Counts {
  long allocations, locks;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << counts.allocations << " allocations, " << counts.locks << " locks";
}

class CheckCost : public testing::Test {
 protected:
  CheckCost()
      : client(world.make_client()),
        acting(world.acting(client)),
        user(world.make_user(acting)),
        token(std::move(*world.issue(acting, user))),
        exchange(world) {}
  std::string request(std::string_view target) const {
    return token.text.reveal([&](std::string_view text) {
      return "GET " + std::string(target) +
             " HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer " + std::string(text) +
             "\r\n\r\n";
    });
  }
  /// What a thousand such requests cost, once the first has been answered.
  Counts cost_of(std::string_view target, int status) {
    const auto bytes = request(target);
    world.check(token);  // into memory
    EXPECT_EQ(exchange.status_of(bytes), status);
    const Counts before{allocations, locks};
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(exchange.status_of(bytes), status);
    return {allocations - before.allocations, locks - before.locks};
  }
  World world;
  CreatedClient client;
  ActingClient acting;
  CreatedUser user;
  IssuedToken token;
  Exchange exchange;
};

TEST_F(CheckCost, TheCountersCount) {
  const Counts before{allocations, locks};
  const auto text = std::make_unique<std::string>(100, 'x');
  EXPECT_EQ(allocations - before.allocations, 2);
#ifndef CLAVIGER_HAS_TSAN
  Mutex mutex;
  const Lock lock(mutex);
  EXPECT_EQ(locks - before.locks, 1);
#endif
}

TEST_F(CheckCost, GetTokenAllocatesAndLocksNothing) {
  EXPECT_EQ(cost_of("/token", 200), Counts{});
}

TEST_F(CheckCost, VerifyAllocatesAndLocksNothing) {
  EXPECT_EQ(cost_of("/verify", 200), Counts{});
}

TEST_F(CheckCost, VerifyWithScopesAllocatesAndLocksNothing) {
  EXPECT_EQ(cost_of("/verify?scope=read%3Aall&scope=read:all", 200), Counts{});
}

}  // namespace
}  // namespace claviger::api
