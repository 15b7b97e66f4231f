// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Text of other programs need not be UTF-8. Bytes that are not become surrogates in Python (PEP 383) and come back as
// the same bytes.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace hbm_wire {

inline pybind11::str to_text(const std::string& bytes) {
  PyObject* text = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogateescape");
  if (text == nullptr) {
    throw pybind11::error_already_set();
  }
  return pybind11::reinterpret_steal<pybind11::str>(text);
}

inline std::string to_bytes(const pybind11::str& text) {
  PyObject* bytes = PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogateescape");
  if (bytes == nullptr) {
    throw pybind11::error_already_set();
  }
  return pybind11::reinterpret_steal<pybind11::bytes>(bytes);
}

}  // namespace hbm_wire
