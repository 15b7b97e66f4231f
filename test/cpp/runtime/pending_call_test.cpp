// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/pending_call.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"

namespace {

using hbm_test::awkward_control;
using hbm_test::kEchoInput;
using Bytes = std::vector<std::uint8_t>;

constexpr const char* kSlowModel = "model slow latency_us=300000\ninput x 3 4\noutput y 3 4\n";

hbm::Deadline after_ms(int milliseconds) { return hbm::Clock::now() + std::chrono::milliseconds(milliseconds); }

/// A call of one model that is started and waited for many times.
class Request {
 public:
  explicit Request(const char* model) : set_(hbm_test::load(model)) {}
  ~Request() { pending_->abandon(); }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  void start() {
    pending_->claim();
    try {
      hbm::Call& call = pending_->call();
      call.clear();
      hbm::CallPart& part = call.add_part(*set_->models()[0]);
      part.scheduling = hbm::built_in_scheduling();
      part.inputs[0] = hbm_test::view_of(kEchoInput, {4});
      pending_->start(set_, hbm::Deadline::max());
    } catch (...) {
      pending_->call().clear();
      pending_->reset();
      throw;
    }
  }

  bool wait(hbm::Deadline deadline = hbm::Deadline::max()) { return pending_->wait(deadline); }

  Bytes take() {
    Bytes bytes;
    std::exception_ptr error;
    try {
      pending_->check();
      bytes = hbm_test::bytes_of(pending_->call().part(0).results[0], 1);
    } catch (...) {
      error = std::current_exception();
    }
    pending_->call().clear();
    pending_->reset();
    if (error != nullptr) {
      std::rethrow_exception(error);
    }
    return bytes;
  }

  bool done() { return pending_->done(); }

 private:
  const std::shared_ptr<hbm::ModelSet> set_;
  const std::shared_ptr<hbm::PendingCall> pending_ =
      std::make_shared<hbm::PendingCall>(std::make_shared<hbm::Call>(), "test: ");
};

void wait_until_done(Request* request) {
  while (!request->done()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

class PendingCallTest : public hbm_test::AwkwardTest {};

TEST_F(PendingCallTest, AStartedCallGivesItsResultsWithAndWithoutATimeLimit) {
  Request request(hbm_test::kEcho);
  for (int i = 0; i < 20; ++i) {
    request.start();
    ASSERT_TRUE(request.wait(i % 2 == 0 ? hbm::Deadline::max() : after_ms(20000)));
    EXPECT_EQ(request.take(), kEchoInput);
  }
}

TEST_F(PendingCallTest, AfterATimeOutTheSameCallIsWaitedForAgain) {
  Request request(kSlowModel);
  request.start();
  EXPECT_FALSE(request.wait(after_ms(1)));
  EXPECT_FALSE(request.wait(after_ms(1)));
  EXPECT_TRUE(request.wait());
  EXPECT_EQ(request.take(), kEchoInput);
}

TEST_F(PendingCallTest, DoneBecomesTrueThoughNobodyWaits) {
  Request request(kSlowModel);
  EXPECT_TRUE(request.done()) << "nothing was started";
  request.start();
  EXPECT_FALSE(request.done());
  wait_until_done(&request);
  EXPECT_TRUE(request.wait(after_ms(0)));
  EXPECT_EQ(request.take(), kEchoInput);
}

TEST_F(PendingCallTest, ALateAnswerMayBeDiscardedByAnotherStart) {
  Request request(kSlowModel);
  request.start();
  EXPECT_FALSE(request.wait(after_ms(1)));
  EXPECT_THROW(request.start(), hbm::StateError) << "the device still reads the inputs";
  wait_until_done(&request);
  request.start();
  EXPECT_TRUE(request.wait());
  EXPECT_EQ(request.take(), kEchoInput);
}

TEST_F(PendingCallTest, AnAnswerThatNobodyWaitedForIsNotDiscarded) {
  Request request(hbm_test::kEcho);
  request.start();
  EXPECT_THROW(request.start(), hbm::StateError);
  wait_until_done(&request);
  EXPECT_THROW(request.start(), hbm::StateError);
  EXPECT_TRUE(request.wait());
  EXPECT_EQ(request.take(), kEchoInput);
}

TEST_F(PendingCallTest, WaitingWithoutAStartIsAnError) {
  Request request(hbm_test::kEcho);
  EXPECT_THROW(request.wait(), hbm::StateError);
  EXPECT_THROW(request.wait(after_ms(1)), hbm::StateError);
}

TEST_F(PendingCallTest, OfTwoThreadsThatWaitOneGetsAnError) {
  Request request(kSlowModel);
  std::atomic<bool> refused{false};
  while (!refused) {
    request.start();
    std::atomic<int> answers{0};
    const auto wait_until_answered = [&] {
      while (answers == 0) {
        try {
          answers += request.wait() ? 1 : 0;
        } catch (const hbm::StateError&) {
          refused = true;
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      }
    };
    std::thread other(wait_until_answered);
    wait_until_answered();
    other.join();
    EXPECT_EQ(answers, 1);
    EXPECT_EQ(request.take(), kEchoInput);
  }
}

TEST_F(PendingCallTest, ARefusedTaskIsRaisedByTheStart) {
  Request request(hbm_test::kEcho);
  for (const char* function : {"hbUCPMemFlush", "hbDNNInferV2", "hbUCPSubmitTask"}) {
    awkward_control().fail(function, -200003, 1);
    EXPECT_THROW(request.start(), hbm::DeviceError) << function;
    EXPECT_TRUE(request.done()) << function;
    request.start();
    EXPECT_TRUE(request.wait());
    EXPECT_EQ(request.take(), kEchoInput) << function;
  }
}

TEST_F(PendingCallTest, AFailedTaskIsRaisedByTheWait) {
  Request request(hbm_test::kEcho);
  for (const hbm::Deadline deadline : {hbm::Deadline::max(), after_ms(20000)}) {
    request.start();
    awkward_control().fail("hbUCPWaitTaskDone", -200003, 1);
    EXPECT_TRUE(request.wait(deadline));
    EXPECT_THROW(request.take(), hbm::DeviceError);
    request.start();
    EXPECT_TRUE(request.wait(deadline));
    EXPECT_EQ(request.take(), kEchoInput);
  }
}

TEST_F(PendingCallTest, ACallThatIsDroppedKeepsItsMemoryUntilTheAnswer) {
  for (const bool is_polled : {false, true}) {
    Request request(kSlowModel);
    request.start();
    if (is_polled) {
      request.done();
    }
  }
  EXPECT_EQ(awkward_control().violations(), 0) << awkward_control().last_violation();
}

TEST_F(PendingCallTest, NothingIsAllocatedOnTheDeviceOnceCallsAreUnderWay) {
  Request request(hbm_test::kEcho);
  const auto run = [&request](int i) {
    request.start();
    ASSERT_TRUE(request.wait(i % 2 == 0 ? hbm::Deadline::max() : after_ms(20000)));
    request.take();
  };
  for (int i = 0; i < 20; ++i) {
    run(i);
  }
  const std::int64_t allocations = awkward_control().allocation_count();
  for (int i = 0; i < 500; ++i) {
    run(i);
  }
  EXPECT_EQ(awkward_control().allocation_count(), allocations);
}

TEST_F(PendingCallTest, ManyThreadsStartPollAndWaitAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong, t] {
      Request request(hbm_test::kEcho);
      for (int i = 0; i < 100; ++i) {
        request.start();
        if ((i + t) % 3 == 0) {
          wait_until_done(&request);
        }
        while (!request.wait(i % 2 == 0 ? hbm::Deadline::max() : after_ms(1))) {
        }
        wrong += request.take() == kEchoInput ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(PendingCallTest, OneThreadPollsWhileAnotherWaitsInTheLibrary) {
  Request request(kSlowModel);
  for (int i = 0; i < 3; ++i) {
    request.start();
    std::thread waiter([&request] { EXPECT_TRUE(request.wait()); });
    wait_until_done(&request);
    waiter.join();
    EXPECT_EQ(request.take(), kEchoInput);
  }
}

}  // namespace
