// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_ZEROED_HPP_
#define HBM_BINDINGS_ZEROED_HPP_

#include <cstdlib>
#include <new>

namespace hbm {

/// Base of classes that Python sees: their memory is zero before the constructor. pybind11 hands methods of an object
/// whose __init__ never ran (`cls.__new__(cls)`) raw memory, and only zeros can be told from an object.
class Zeroed {
 public:
  static void* operator new(std::size_t size) {
    void* memory = std::calloc(1, size);
    if (memory == nullptr) {
      throw std::bad_alloc();
    }
    return memory;
  }
  static void operator delete(void* memory) { std::free(memory); }
};

}  // namespace hbm

#endif  // HBM_BINDINGS_ZEROED_HPP_
