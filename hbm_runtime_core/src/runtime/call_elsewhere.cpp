// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <utility>

#include "driver/error.hpp"
#include "runtime/call.hpp"

namespace hbm {
namespace {

// Owns the call until the device is done with it, whoever still cares.
class FinishJob : public WaitJob {
 public:
  FinishJob(std::shared_ptr<Call> call, CallDone done) : call_(std::move(call)), done_(std::move(done)) {}

  void run() noexcept override {
    std::exception_ptr error;
    try {
      call_->finish();
    } catch (...) {
      error = std::current_exception();
    }
    done_(*call_, error);
    call_.reset();
  }

 private:
  std::shared_ptr<Call> call_;
  CallDone done_;
};

struct Outcome {
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
  std::exception_ptr error;
};

}  // namespace

void run_elsewhere(const std::shared_ptr<Call>& call, CallDone done) {
  std::shared_ptr<WaitJob> job = std::make_shared<FinishJob>(call, std::move(done));
  try {
    call->device().waiters().post(job);
  } catch (const StateError&) {
    job->run();  // No thread at all: late, but not lost.
  }
}

void run_with_deadline(const std::shared_ptr<Call>& call, double timeout_ms, Deadline deadline,
                       std::function<void()> ended) {
  auto outcome = std::make_shared<Outcome>();
  run_elsewhere(call, [outcome, ended = std::move(ended)](Call&, std::exception_ptr error) {
    if (ended != nullptr) {
      ended();
    }
    std::lock_guard<std::mutex> lock(outcome->mutex);
    outcome->error = std::move(error);
    outcome->done = true;
    outcome->wake.notify_one();
  });
  std::unique_lock<std::mutex> lock(outcome->mutex);
  if (!outcome->wake.wait_until(lock, deadline, [&outcome] { return outcome->done; })) {
    std::ostringstream what;
    what << "not done within " << timeout_ms << " ms; the device goes on with it, its memory stays reserved until then";
    call->throw_timeout(what.str());
  }
  if (outcome->error != nullptr) {
    std::rethrow_exception(outcome->error);
  }
}

}  // namespace hbm
