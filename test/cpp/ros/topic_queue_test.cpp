// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Which message a consumer receives, with a source of the test in the place of rcl. CTest runs it under
// ThreadSanitizer as well.
#include "topic_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "waiter.hpp"

namespace hbm_ros {
namespace {

using std::chrono::milliseconds;

// A message whose content is its number.
class Numbered : public TakenMessage {
 public:
  Numbered(std::uint8_t number, std::atomic<int>& alive)
      : TakenMessage(&number_, 1, false), number_(number), alive_(alive) {
    ++alive_;
  }
  ~Numbered() override { --alive_; }

 private:
  std::uint8_t number_;
  std::atomic<int>& alive_;
};

// Keeps the last `depth` messages, as a middleware does.
class FakeSource : public MessageSource {
 public:
  explicit FakeSource(std::size_t depth) : depth_(depth) {}

  std::shared_ptr<const TakenMessage> take() override {
    ++takes;
    if (during_take) {
      during_take();
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (error) {
      throw std::runtime_error("rcl's text");
    }
    if (numbers_.empty()) {
      return nullptr;
    }
    const std::uint8_t number = numbers_.front();
    numbers_.pop_front();
    return std::make_shared<Numbered>(number, alive);
  }

  void stop_arrivals() override {
    const std::lock_guard<std::mutex> lock(reporting_);
    queue_ = nullptr;
  }

  void report_to(TopicQueue* queue) { queue_ = queue; }

  // A message arrives in the thread that calls this.
  void receive(std::uint8_t number) {
    receive_without_report(number);
    const std::lock_guard<std::mutex> lock(reporting_);
    if (queue_ != nullptr) {
      queue_->on_arrival(1);
    }
  }

  void receive_without_report(std::uint8_t number) {
    const std::lock_guard<std::mutex> lock(mutex_);
    numbers_.push_back(number);
    if (numbers_.size() > depth_) {
      numbers_.pop_front();
    }
  }

  void lose_all() {
    const std::lock_guard<std::mutex> lock(mutex_);
    numbers_.clear();
  }

  std::atomic<int> takes{0};
  std::atomic<int> alive{0};
  std::atomic<bool> error{false};
  std::function<void()> during_take;

 private:
  const std::size_t depth_;
  std::mutex mutex_;
  std::deque<std::uint8_t> numbers_;
  std::mutex reporting_;
  TopicQueue* queue_ = nullptr;
};

class TopicQueueTest : public testing::Test {
 protected:
  void open(std::size_t depth, std::size_t source_depth) {
    source = std::make_shared<FakeSource>(source_depth);
    queue = std::make_shared<TopicQueue>(depth, source_depth);
    queue->open(source);
    source->report_to(queue.get());
  }

  std::shared_ptr<Consumer> consumer() { return Consumer::create(queue, waiter); }

  void receive(std::initializer_list<std::uint8_t> numbers) {
    for (const std::uint8_t number : numbers) {
      source->receive(number);
    }
  }

  static int number_of(const Delivery& delivery) { return delivery.message ? *delivery.message->data() : -1; }

  std::shared_ptr<FakeSource> source;
  std::shared_ptr<TopicQueue> queue;
  std::shared_ptr<Waiter> waiter = std::make_shared<Waiter>();
};

TEST_F(TopicQueueTest, TheNewestMessageIsDeliveredAndTheOthersAreCounted) {
  open(1, 1);
  const auto model = consumer();
  receive({1, 2, 3});
  EXPECT_EQ(model->skipped(), 2U);
  EXPECT_EQ(number_of(model->take()), 3);
  EXPECT_EQ(model->skipped(), 0U);
  EXPECT_EQ(number_of(model->take()), -1);
  EXPECT_EQ(source->takes, 1);
  EXPECT_EQ(queue->arrivals(), 3U);
}

TEST_F(TopicQueueTest, TheNewestMessageIsDeliveredWhereTheMiddlewareKeepsMore) {
  open(1, 10);
  const auto model = consumer();
  receive({1, 2, 3});
  EXPECT_EQ(number_of(model->take()), 3);
  EXPECT_EQ(model->skipped(), 2U);
  EXPECT_EQ(number_of(model->take()), -1);
}

TEST_F(TopicQueueTest, DeeperQueuesDeliverInOrderAndCountWhatTheMiddlewareDropped) {
  open(3, 3);
  const auto model = consumer();
  receive({1, 2, 3, 4, 5});
  EXPECT_EQ(model->skipped(), 2U);
  for (const int expected : {3, 4, 5, -1}) {
    EXPECT_EQ(number_of(model->take()), expected);
  }
  EXPECT_EQ(model->skipped(), 0U);
}

TEST_F(TopicQueueTest, OneTakeServesTwoConsumers) {
  open(1, 1);
  const auto first = consumer();
  const auto second = consumer();
  receive({1});
  EXPECT_EQ(number_of(first->take()), 1);
  EXPECT_EQ(number_of(second->take()), 1);
  EXPECT_EQ(source->takes, 1);
  EXPECT_EQ(source->alive, 0) << "a message that all have received is not kept";
}

TEST_F(TopicQueueTest, AConsumerThatIsLateReceivesTheNewestMessage) {
  open(1, 1);
  const auto first = consumer();
  const auto second = consumer();
  receive({1});
  EXPECT_EQ(number_of(first->take()), 1);
  receive({2});
  EXPECT_EQ(number_of(second->take()), 2);
  EXPECT_EQ(second->skipped(), 1U);
  EXPECT_EQ(number_of(first->take()), 2);
  EXPECT_EQ(first->skipped(), 0U);
}

TEST_F(TopicQueueTest, DeeperQueuesKeepInOrderWhatAnotherConsumerTook) {
  open(3, 3);
  const auto fast = consumer();
  const auto slow = consumer();
  for (std::uint8_t number = 1; number <= 5; ++number) {
    receive({number});
    EXPECT_EQ(number_of(fast->take()), number);
  }
  EXPECT_EQ(slow->skipped(), 2U);
  for (const int expected : {3, 4, 5, -1}) {
    EXPECT_EQ(number_of(slow->take()), expected);
  }
  EXPECT_EQ(source->takes, 6) << "and one that found nothing more";
  EXPECT_EQ(number_of(fast->take()), -1);
  EXPECT_EQ(source->takes, 6);
}

TEST_F(TopicQueueTest, AllMessagesOfOneReportAreDelivered) {
  open(3, 3);
  const auto model = consumer();
  source->receive_without_report(1);
  source->receive_without_report(2);
  receive({3});
  for (const int expected : {1, 2, 3, -1}) {
    EXPECT_EQ(number_of(model->take()), expected);
  }
  EXPECT_EQ(model->skipped(), 0U);
  receive({4});
  EXPECT_EQ(number_of(model->take()), 4);
  EXPECT_EQ(number_of(model->take()), -1);
  std::this_thread::sleep_for(milliseconds(150));
  receive({5, 6, 7, 8});
  EXPECT_EQ(model->skipped(), 1U) << "after a while, what was not reported counts as arrived";
  EXPECT_EQ(number_of(model->take()), 6);
  EXPECT_EQ(model->close(), 2U);
}

TEST_F(TopicQueueTest, AConsumerReceivesNothingThatWasTakenBeforeItCame) {
  open(1, 1);
  const auto first = consumer();
  receive({1});
  const Delivery held = first->take();
  const auto second = consumer();
  EXPECT_EQ(number_of(second->take()), -1);
  EXPECT_EQ(second->skipped(), 0U);
  receive({2});
  EXPECT_EQ(number_of(second->take()), 2);
}

TEST_F(TopicQueueTest, MessagesBeforeTheFirstConsumerWaitForIt) {
  open(1, 1);
  receive({1, 2});
  EXPECT_EQ(number_of(consumer()->take()), 2);
}

TEST_F(TopicQueueTest, AMessageThatTheMiddlewareLostIsCountedAndNotWaitedFor) {
  open(1, 1);
  const auto model = consumer();
  receive({1});
  source->lose_all();
  EXPECT_NE(model->waiting_since_ns(), 0);
  EXPECT_EQ(number_of(model->take()), -1);
  EXPECT_EQ(model->waiting_since_ns(), 0);
  EXPECT_EQ(model->skipped(), 1U);
}

TEST_F(TopicQueueTest, AMessageThatArrivesDuringATakeWaitsForTheNextOne) {
  open(1, 1);
  const auto model = consumer();
  receive({1});
  source->during_take = [&] {
    source->during_take = nullptr;
    source->receive(2);
    EXPECT_EQ(model->skipped(), 0U) << "the message that is being taken is delivered";
  };
  EXPECT_EQ(number_of(model->take()), 2);
  EXPECT_NE(model->waiting_since_ns(), 0);
  EXPECT_EQ(number_of(model->take()), -1);
  EXPECT_EQ(model->skipped(), 1U);
  receive({3});
  EXPECT_EQ(number_of(model->take()), 3);
  EXPECT_EQ(model->skipped(), 0U);
}

TEST_F(TopicQueueTest, ASourceThatIsFasterThanATakeDoesNotHoldIt) {
  open(1, 2);
  const auto model = consumer();
  std::uint8_t number = 0;
  source->during_take = [&] { source->receive(++number); };
  receive({100});
  EXPECT_EQ(number_of(model->take()), 100);
  EXPECT_EQ(source->takes, 1);
}

TEST_F(TopicQueueTest, AnErrorIsReportedOnceForEachArrival) {
  open(3, 3);
  const auto model = consumer();
  receive({1});
  source->error = true;
  EXPECT_THROW(model->take(), std::runtime_error);
  EXPECT_EQ(model->waiting_since_ns(), 0);
  EXPECT_EQ(number_of(model->take()), -1);
  source->error = false;
  source->lose_all();
  receive({2});
  EXPECT_EQ(number_of(model->take()), 2);
}

TEST_F(TopicQueueTest, ArrivalTimesAreThoseOfTheDeliveredMessages) {
  open(3, 3);
  const auto model = consumer();
  EXPECT_EQ(model->waiting_since_ns(), 0);
  EXPECT_EQ(queue->last_arrival_ns(), 0);
  receive({1});
  const std::int64_t first_ns = queue->last_arrival_ns();
  std::this_thread::sleep_for(milliseconds(2));
  receive({2});
  const std::int64_t second_ns = queue->last_arrival_ns();
  EXPECT_LT(first_ns, second_ns);
  EXPECT_LE(second_ns, monotonic_ns());
  EXPECT_EQ(model->waiting_since_ns(), first_ns);
  EXPECT_EQ(model->take().arrived_ns, first_ns);
  EXPECT_EQ(model->waiting_since_ns(), second_ns);
  EXPECT_EQ(model->take().arrived_ns, second_ns);
  EXPECT_EQ(model->waiting_since_ns(), 0);
}

TEST_F(TopicQueueTest, ClosingEndsDeliveriesAndMayBeRepeated) {
  open(1, 1);
  const auto model = consumer();
  receive({1});
  queue->close();
  queue->close();
  receive({2});
  EXPECT_EQ(number_of(model->take()), -1);
  EXPECT_EQ(model->waiting_since_ns(), 0);
  EXPECT_EQ(queue->arrivals(), 1U);
}

TEST_F(TopicQueueTest, AClosedConsumerReceivesNothingAndHoldsNothing) {
  open(3, 3);
  const auto fast = consumer();
  const auto closed = consumer();
  receive({1, 2});
  fast->take();
  closed->close();
  closed->close();
  EXPECT_EQ(number_of(closed->take()), -1);
  EXPECT_EQ(closed->skipped(), 0U);
  EXPECT_EQ(source->alive, 0);
  EXPECT_EQ(number_of(fast->take()), 2);
}

TEST_F(TopicQueueTest, ClosingAConsumerReturnsTheMessagesThatItHasNotReceived) {
  open(3, 3);
  const auto fast = consumer();
  const auto slow = consumer();
  receive({1, 2, 3, 4});
  EXPECT_EQ(number_of(fast->take()), 2);
  EXPECT_EQ(fast->skipped(), 1U);
  EXPECT_EQ(fast->close(), 2U);
  EXPECT_EQ(fast->close(), 0U);
  EXPECT_EQ(slow->close(), 4U) << "those that were lost, taken for another consumer, and not taken";
}

TEST_F(TopicQueueTest, AMessageOutlivesItsTopic) {
  open(1, 1);
  auto model = consumer();
  receive({7});
  const Delivery delivery = model->take();
  queue->close();
  model.reset();
  queue.reset();
  EXPECT_EQ(number_of(delivery), 7);
}

TEST_F(TopicQueueTest, AWaitReturnsAtOnceWhileAMessageWaits) {
  open(1, 1);
  const auto model = consumer();
  EXPECT_FALSE(waiter->wait(milliseconds(0)));
  receive({1});
  EXPECT_TRUE(waiter->wait(std::nullopt));
  EXPECT_TRUE(waiter->wait(milliseconds(0)));
  model->take();
  EXPECT_FALSE(waiter->wait(milliseconds(1)));
}

TEST_F(TopicQueueTest, AMessageThatAnotherModelTookEndsTheWaitAsWell) {
  open(1, 1);
  const auto model = consumer();
  const auto others = std::make_shared<Waiter>();
  const auto other = Consumer::create(queue, others);
  receive({1});
  other->take();
  EXPECT_FALSE(others->wait(milliseconds(0)));
  EXPECT_TRUE(waiter->wait(milliseconds(0)));
}

TEST_F(TopicQueueTest, AWakeWithoutAWaitEndsTheNextOneOnly) {
  open(1, 1);
  waiter->wake();
  waiter->wake();
  EXPECT_TRUE(waiter->wait(std::nullopt));
  EXPECT_FALSE(waiter->wait(milliseconds(1)));
}

TEST_F(TopicQueueTest, AWakeEndsAllWaitsThatAreUnderWay) {
  std::atomic<int> ended{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] { ended += waiter->wait(std::nullopt); });
  }
  while (ended < 3) {
    waiter->wake();
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(TopicQueueTest, ClosingATopicWakesWhoWaitsForIt) {
  open(1, 1);
  const auto model = consumer();
  std::thread waiting([&] { EXPECT_TRUE(waiter->wait(std::nullopt)); });
  queue->close();
  waiting.join();
}

TEST_F(TopicQueueTest, CloseWaitsForTheTakeThatIsUnderWay) {
  open(1, 1);
  const auto model = consumer();
  receive({1});
  std::atomic<bool> in_take{false};
  std::atomic<bool> taken{false};
  source->during_take = [&] {
    in_take = true;
    std::this_thread::sleep_for(milliseconds(20));
    taken = true;
  };
  std::thread taking([&] { model->take(); });
  while (!in_take) {
    std::this_thread::yield();
  }
  queue->close();
  EXPECT_TRUE(taken);
  taking.join();
}

// Two models with two threads each, a fast source, a third model that is loaded and unloaded, and an end in the middle.
TEST_F(TopicQueueTest, EveryMessageIsDeliveredOrCountedToEveryConsumerUnderLoad) {
  constexpr int kMessages = 20000;
  for (const std::size_t depth : {std::size_t{1}, std::size_t{4}}) {
    open(depth, depth);
    struct Model {
      std::shared_ptr<Waiter> waiter = std::make_shared<Waiter>();
      std::shared_ptr<Consumer> consumer;
      std::atomic<std::uint64_t> received{0};
    };
    std::vector<Model> models(2);
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (Model& model : models) {
      model.consumer = Consumer::create(queue, model.waiter);
      for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
          while (!done || model.consumer->waiting_since_ns() != 0) {
            if (model.waiter->wait(milliseconds(1))) {
              model.received += model.consumer->take().message != nullptr;
            }
          }
        });
      }
    }
    std::thread passing([&] {
      while (!done) {
        const auto visitor = Consumer::create(queue, models.front().waiter);
        visitor->take();
        visitor->skipped();
      }
    });
    for (int number = 0; number < kMessages; ++number) {
      source->receive(static_cast<std::uint8_t>(number));
    }
    done = true;
    passing.join();
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (Model& model : models) {
      EXPECT_EQ(model.received + model.consumer->skipped(), std::uint64_t{kMessages}) << "depth " << depth;
    }
    models.clear();
    queue->close();
    EXPECT_EQ(source->alive, 0);
  }
}

}  // namespace
}  // namespace hbm_ros
