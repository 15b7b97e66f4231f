// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace hbm {

/// Base of the classes that Python sees. Where an object's __init__ never ran (`cls.__new__(cls)`), pybind11 takes
/// memory from the class's operator new and gives it to the method as it is: refused here, with the text
/// Class::kNotMade. Objects are made by `make`.
template <typename Class>
class MadeByInit {
 public:
  // NOLINTNEXTLINE(misc-new-delete-overloads): the objects that there are come from the global operator new.
  static void* operator new(std::size_t) { throw pybind11::type_error(Class::kNotMade); }

  template <typename... Arguments>
  static std::unique_ptr<Class> make(Arguments&&... arguments) {
    return std::unique_ptr<Class>(::new Class{std::forward<Arguments>(arguments)...});
  }
};

/// For a class whose objects only C++ makes: the class itself, called or by __new__, raises TypeError.
inline pybind11::custom_type_setup only_made_in_cpp() {
  return pybind11::custom_type_setup([](PyHeapTypeObject* type) {
    type->ht_type.tp_new = [](PyTypeObject* cls, PyObject*, PyObject*) -> PyObject* {
      PyErr_Format(PyExc_TypeError, "%s objects are made by hbm_runtime_core alone", cls->tp_name);
      return nullptr;
    };
  });
}

}  // namespace hbm
