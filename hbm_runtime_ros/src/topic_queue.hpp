// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// The messages of one subscription and the positions of its consumers among them. Independent of ROS.
//
// A message has a position: the first that arrives has 1. The middleware keeps the last ones and forgets the others, so
// which positions are lost follows from how many arrived and how many were taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "waiter.hpp"

namespace hbm_ros {

// A message outside of the middleware. Its destructor returns the memory.
class TakenMessage {
 public:
  TakenMessage(const std::uint8_t* data, std::size_t size_bytes, bool loaned)
      : data_(data), size_bytes_(size_bytes), loaned_(loaned) {}
  virtual ~TakenMessage() = default;
  TakenMessage(const TakenMessage&) = delete;
  TakenMessage& operator=(const TakenMessage&) = delete;

  const std::uint8_t* data() const { return data_; }
  std::size_t size_bytes() const { return size_bytes_; }
  bool loaned() const { return loaned_; }

  // Whether it is still what was published. The publisher of a loan reuses the memory eventually.
  virtual bool intact() const { return true; }

 private:
  const std::uint8_t* data_;
  std::size_t size_bytes_;
  bool loaned_;
};

// A subscription of the middleware.
class MessageSource {
 public:
  virtual ~MessageSource() = default;

  // The oldest message that the middleware keeps, or nothing. One thread at a time calls it. Throws
  // std::runtime_error.
  virtual std::shared_ptr<const TakenMessage> take() = 0;

  // No arrival is reported after it returns.
  virtual void stop_arrivals() = 0;
};

// What a consumer receives.
struct Delivery {
  std::shared_ptr<const TakenMessage> message;  // empty: nothing new
  std::int64_t arrived_ns = 0;                  // CLOCK_MONOTONIC
};

std::int64_t monotonic_ns();

class Consumer;

// One take serves all consumers. Everything may be called from any thread.
//
// Two locks: `taking_` is held while a message is taken, `mutex_` for a moment and never while the middleware is
// called, because the middleware's thread waits for it with locks of its own.
class TopicQueue {
 public:
  // `depth` messages are kept for a consumer: 1 means the newest alone. `source_depth` is what the middleware keeps.
  TopicQueue(std::size_t depth, std::size_t source_depth);
  ~TopicQueue();
  TopicQueue(const TopicQueue&) = delete;
  TopicQueue& operator=(const TopicQueue&) = delete;

  // To be called once, before the source reports arrivals.
  void open(std::shared_ptr<MessageSource> source);

  // For the thread of the middleware.
  void on_arrival(std::size_t count);

  std::uint64_t arrivals() const;
  std::int64_t last_arrival_ns() const;  // 0 = none yet

  // Ends deliveries, after a take that is under way, and wakes the waiters. It may be repeated.
  void close();

 private:
  friend class Consumer;

  struct Kept {
    std::uint64_t position;
    Delivery delivery;
  };
  using Dropped = std::vector<std::shared_ptr<const TakenMessage>>;

  void add(Consumer* consumer);
  void remove(Consumer* consumer);
  Delivery take(Consumer& consumer);

  // All of these with `mutex_` locked.
  const Kept* kept_for(const Consumer& consumer) const;
  bool must_take_for(const Consumer& consumer, std::uint64_t newest) const;
  std::uint64_t next_for(const Consumer& consumer) const;  // position of what it receives next
  void keep(std::shared_ptr<const TakenMessage> message, Dropped& dropped);
  void drop_what_all_have(Dropped& dropped);
  std::int64_t arrival_ns(std::uint64_t position) const;
  std::uint64_t oldest_in_source() const;

  const std::size_t depth_;
  const std::size_t source_depth_;

  std::mutex taking_;
  std::shared_ptr<MessageSource> source_;  // with `taking_` locked

  mutable std::mutex mutex_;
  bool closed_ = false;
  std::uint64_t arrivals_ = 0;
  std::uint64_t accounted_ = 0;           // position up to which messages were taken or lost
  std::int64_t unreported_since_ns_ = 0;  // when more were accounted for than had arrived
  bool in_take_ = false;
  bool may_hold_more_ = false;             // the source, by its last take and reports
  std::vector<std::int64_t> arrivals_ns_;  // of the last positions, as a ring
  std::deque<Kept> kept_;                  // taken, and not yet delivered to all consumers
  std::vector<Consumer*> consumers_;
};

// One model's position among the messages of a topic.
class Consumer {
 public:
  static std::shared_ptr<Consumer> create(std::shared_ptr<TopicQueue> queue, std::shared_ptr<Waiter> waiter);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // The newest message that it has not received (depth 1), or the next one (deeper). Throws std::runtime_error.
  Delivery take();

  // Messages since the last call that it will never receive.
  std::uint64_t skipped();

  // Arrival of the oldest message that it can still receive, 0 = none.
  std::int64_t waiting_since_ns() const;

  // Ends its deliveries. Returns how many messages have arrived that it has not received, and that skipped()
  // has not returned. It may be repeated.
  std::uint64_t close();

 private:
  friend class TopicQueue;

  Consumer(std::shared_ptr<TopicQueue> queue, std::shared_ptr<Waiter> waiter);

  void skip_to(std::uint64_t position);  // with the queue's `mutex_` locked

  const std::shared_ptr<TopicQueue> queue_;
  const std::shared_ptr<Waiter> waiter_;
  // With the queue's `mutex_` locked.
  bool closed_ = false;
  std::uint64_t seen_ = 0;  // position up to which messages were received or lost
  std::uint64_t skipped_ = 0;
};

}  // namespace hbm_ros
