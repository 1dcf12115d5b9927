#pragma once

namespace claviger {

/// Tells the kernel that this thread works a little at a time and should do so at once: checks must
/// not wait for another thread that is in the middle of its time slice. A hint: kernels before
/// Linux 6.12 do not know it.
void prefer_short_waits() noexcept;

/// Tells the kernel that other threads of the server come first: for those that write and sync.
void let_others_go_first() noexcept;

}  // namespace claviger
