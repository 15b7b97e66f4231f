// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/interpreter.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace py = pybind11;

namespace hbm {
namespace {

constexpr std::chrono::seconds kLongestCallback{5};

// Threads that are about to enter Python, and those of the library that are in it.
std::atomic<int> visitors{0};
std::atomic<bool> closed{false};
std::atomic<std::thread::id> closer;

// True for the thread that ends the interpreter, too: it is the only one that continues.
bool enter() {
  visitors.fetch_add(1);
  if (!closed.load() || closer.load() == std::this_thread::get_id()) {
    return true;
  }
  visitors.fetch_sub(1);
  return false;
}

void leave() { visitors.fetch_sub(1); }

[[noreturn]] void wait_for_the_end_of_the_process() {
  while (true) {
    pause();
  }
}

// With the GIL released, so that threads which are about to enter can do so.
void close_door() {
  const GilRelease release;
  closer.store(std::this_thread::get_id());
  closed.store(true);
  const auto limit = std::chrono::steady_clock::now() + kLongestCallback;
  while (visitors.load() > 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

GilRelease::~GilRelease() {
  if (!enter()) {
    wait_for_the_end_of_the_process();
  }
  PyEval_RestoreThread(state_);
  leave();
}

InterpreterVisit::InterpreterVisit() : allowed_(enter()) {
  if (allowed_) {
    state_ = PyGILState_Ensure();
  }
}

InterpreterVisit::~InterpreterVisit() {
  if (allowed_) {
    PyGILState_Release(state_);
    leave();
  }
}

void watch_interpreter_exit() { py::module_::import("atexit").attr("register")(py::cpp_function(&close_door)); }

}  // namespace hbm
