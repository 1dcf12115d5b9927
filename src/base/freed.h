#pragma once

namespace claviger {

/// For std::unique_ptr: gives an object of a C library back by the function `Free`.
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace claviger
