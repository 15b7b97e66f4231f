// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_INTERPRETER_HPP_
#define HBM_BINDINGS_INTERPRETER_HPP_

#include <pybind11/pybind11.h>

namespace hbm {

/// Lets other Python threads run while this one works natively.
///
/// A thread that asks for the GIL of an interpreter which is going away is ended by CPython (up to 3.13) in the middle
/// of C++ code, which aborts the process. So whoever comes back while the interpreter ends (a daemon thread) stays
/// outside until the process is gone.
class GilRelease {
 public:
  GilRelease() : state_(PyEval_SaveThread()) {}
  ~GilRelease();
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  PyThreadState* state_;
};

/// For a thread of the library: enters Python, or tells that the interpreter is ending.
class InterpreterVisit {
 public:
  InterpreterVisit();
  ~InterpreterVisit();
  InterpreterVisit(const InterpreterVisit&) = delete;
  InterpreterVisit& operator=(const InterpreterVisit&) = delete;
  bool allowed() const { return allowed_; }

 private:
  bool allowed_;
  PyGILState_STATE state_ = PyGILState_UNLOCKED;
};

/// To be called once by the module: closes the door before the interpreter goes.
void watch_interpreter_exit();

}  // namespace hbm

#endif  // HBM_BINDINGS_INTERPRETER_HPP_
