#include "fence/fence.h"

namespace claviger {

Result<Fenced> Fence::raise(const Committed& committed) {
  const auto since = Durations::Clock::now();
  if (auto stands = stand(committed.epoch()); !stands) {
    counts_.incomplete.add();
    return fail(std::move(stands).error());
  }
  counts_.raised.add_since(since);
  return Fenced(committed.epoch());
}

Status Fence::stand(const Epoch& epoch) {
  if (member_ != nullptr) {
    member_->raise(epoch);
    return {};
  }
  // A failed refresh leaves the view behind the file's mark, and then no check is answered from it:
  // the promise holds either way. The caller still learns that this node cannot read its store.
  if (auto refreshed = view_.refresh(); !refreshed)
    return fail(Error{.code = Code::fence_incomplete,
                      .detail = "The change is stored and enforced from now on, but this server "
                                "could not read it back. Repeat the request.",
                      .cause = std::move(refreshed).error().cause,
                      .retry_after = limits::retry_after});
  return {};
}

}  // namespace claviger
