// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace hbm {

/// In a catch block: throws a MemoryError that names `function` and, unless it is empty, `model`, if what was caught is
/// a lack of memory, in C++, Python or NumPy. With the GIL held.
void throw_if_out_of_memory(const char* function, const std::string& model);

/// `body()`, whose MemoryError names `function` and what `model_name()` returns. With the GIL held.
template <typename Body, typename ModelName>
auto with_memory_errors(const char* function, const ModelName& model_name, const Body& body) {
  try {
    return body();
  } catch (...) {
    throw_if_out_of_memory(function, model_name());
    throw;
  }
}

/// The same for a function that knows no model.
template <typename Body>
auto with_memory_errors(const char* function, const Body& body) {
  return with_memory_errors(function, [] { return std::string(); }, body);
}

/// Makes a lack of memory in C++ the pending Python error. Returns false if `error` is something else.
bool set_memory_error(const std::exception_ptr& error);

/// For each lack of memory that leaves a binding of this module.
void register_memory_error_translation();

}  // namespace hbm
