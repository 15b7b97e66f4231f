// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace hbm {

/// Lets other Python threads run while this one works natively.
///
/// CPython (up to 3.13) ends a thread that asks for the GIL while the interpreter shuts down, in the middle of C++
/// code, which aborts the process. So a (daemon) thread that returns during the shutdown waits here until the process
/// exits.
class GilRelease {
 public:
  GilRelease() : state_(PyEval_SaveThread()) {}
  ~GilRelease();
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  PyThreadState* state_;
};

/// For a thread of the library: enters Python, or reports that the interpreter is shutting down.
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

/// To be called once by the module: lets no thread enter once the interpreter shuts down.
void watch_interpreter_exit();

}  // namespace hbm
