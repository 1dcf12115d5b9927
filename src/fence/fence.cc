#include "fence/fence.h"

namespace claviger {

Result<Fenced> Fence::raise(const Committed& committed) {
  if (member_ != nullptr) {
    member_->raise(committed.epoch());
    return Fenced(committed.epoch());
  }
  // A failed refresh leaves the view behind the file's mark, and then no check is answered from it:
  // the promise holds either way. The caller still learns that this node cannot read its store.
  if (auto refreshed = view_.refresh(); !refreshed)
    return fail(Error{.code = Code::fence_incomplete,
                      .detail = "The change is stored and enforced from now on, but this server "
                                "could not read it back. Repeat the request.",
                      .cause = std::move(refreshed).error().cause,
                      .retry_after = limits::retry_after});
  return Fenced(committed.epoch());
}

}  // namespace claviger
