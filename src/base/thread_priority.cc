#include "base/thread_priority.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace claviger {
namespace {

constexpr unsigned long long kSliceNanoseconds = 100'000;  // the least that the kernel takes
constexpr int kNice = 7;

}  // namespace

void prefer_short_waits() noexcept {
  sched_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.sched_policy = SCHED_NORMAL;
  attributes.sched_runtime = kSliceNanoseconds;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void let_others_go_first() noexcept {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace claviger
