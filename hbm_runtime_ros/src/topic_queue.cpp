// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "topic_queue.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace hbm_ros {
namespace {

// Arrivals whose time is remembered where the middleware keeps more messages, or all.
constexpr std::size_t kMostTimes = 1024;

// The middleware reports an arrival at once. A message that was taken before that, and longer ago, is never reported.
constexpr std::int64_t kLateReportNs = 100'000'000;

}  // namespace

std::int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

TopicQueue::TopicQueue(std::size_t depth, std::size_t source_depth)
    : depth_(depth), source_depth_(source_depth), arrivals_ns_(std::clamp<std::size_t>(source_depth, 1, kMostTimes)) {}

TopicQueue::~TopicQueue() { close(); }

void TopicQueue::open(std::shared_ptr<MessageSource> source) {
  const std::lock_guard<std::mutex> taking(taking_);
  source_ = std::move(source);
}

void TopicQueue::on_arrival(std::size_t count) {
  const std::int64_t now_ns = monotonic_ns();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (accounted_ > arrivals_ && now_ns - unreported_since_ns_ > kLateReportNs) {
    arrivals_ = accounted_;
  }
  arrivals_ += count;
  may_hold_more_ = true;
  for (std::size_t i = 0; i < std::min(count, arrivals_ns_.size()); ++i) {
    arrivals_ns_[(arrivals_ - i) % arrivals_ns_.size()] = now_ns;
  }
  for (const Consumer* consumer : consumers_) {
    consumer->waiter_->notify();
  }
}

std::uint64_t TopicQueue::arrivals() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return arrivals_;
}

std::int64_t TopicQueue::last_arrival_ns() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return arrivals_ == 0 ? 0 : arrival_ns(arrivals_);
}

void TopicQueue::close() {
  std::shared_ptr<MessageSource> source;
  std::deque<Kept> kept;
  const std::lock_guard<std::mutex> taking(taking_);
  source.swap(source_);
  if (source) {
    source->stop_arrivals();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (std::exchange(closed_, true)) {
    return;
  }
  kept.swap(kept_);
  for (const Consumer* consumer : consumers_) {
    consumer->waiter_->wake();
  }
}

void TopicQueue::add(Consumer* consumer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  consumer->seen_ = accounted_;
  consumers_.push_back(consumer);
}

void TopicQueue::remove(Consumer* consumer) {
  Dropped dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  consumers_.erase(std::remove(consumers_.begin(), consumers_.end(), consumer), consumers_.end());
  drop_what_all_have(dropped);
}

Delivery TopicQueue::take(Consumer& consumer) {
  Dropped dropped;  // given back last, without a lock
  const std::lock_guard<std::mutex> taking(taking_);
  std::unique_lock<std::mutex> lock(mutex_);
  // Not what arrives meanwhile: with a source that is faster than a take, the loop would never end.
  const std::uint64_t newest = arrivals_;
  while (must_take_for(consumer, newest)) {
    const std::uint64_t arrivals_before = arrivals_;
    accounted_ = oldest_in_source() - 1;
    in_take_ = true;
    may_hold_more_ = false;
    lock.unlock();
    std::shared_ptr<const TakenMessage> message;
    std::exception_ptr error;
    try {
      message = source_->take();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    in_take_ = false;
    if (message) {
      may_hold_more_ = true;
      keep(std::move(message), dropped);
    } else {
      // After an error, too: it is retried when the next message arrives, and not at once.
      accounted_ = std::max(accounted_, arrivals_before);
    }
    if (error) {
      std::rethrow_exception(error);
    }
  }
  const Kept* kept = closed_ || consumer.closed_ ? nullptr : kept_for(consumer);
  if (kept == nullptr) {
    return {};
  }
  consumer.skip_to(kept->position);
  consumer.seen_ = kept->position;
  Delivery delivery = kept->delivery;
  drop_what_all_have(dropped);
  return delivery;
}

const TopicQueue::Kept* TopicQueue::kept_for(const Consumer& consumer) const {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.position > consumer.seen_; });
  return found == kept_.end() ? nullptr : &*found;
}

bool TopicQueue::must_take_for(const Consumer& consumer, std::uint64_t newest) const {
  if (closed_ || consumer.closed_) {
    return false;
  }
  if (kept_for(consumer) != nullptr) {
    return depth_ == 1 && accounted_ < newest;
  }
  // One report may stand for several messages: those that a reliable connection repeats.
  return accounted_ < newest || (source_depth_ > 1 && may_hold_more_);
}

std::uint64_t TopicQueue::next_for(const Consumer& consumer) const {
  if (depth_ == 1 && arrivals_ > accounted_) {
    // A message that is being taken is delivered even if another one arrives meanwhile.
    return in_take_ ? accounted_ + 1 : arrivals_;
  }
  if (const Kept* kept = kept_for(consumer)) {
    return kept->position;
  }
  return oldest_in_source();
}

void TopicQueue::keep(std::shared_ptr<const TakenMessage> message, Dropped& dropped) {
  if (accounted_ == arrivals_) {
    unreported_since_ns_ = monotonic_ns();
  }
  ++accounted_;
  kept_.push_back({accounted_, {std::move(message), arrival_ns(accounted_)}});
  if (kept_.size() > depth_) {
    dropped.push_back(std::move(kept_.front().delivery.message));
    kept_.pop_front();
  }
}

void TopicQueue::drop_what_all_have(Dropped& dropped) {
  std::uint64_t seen_by_all = accounted_;
  for (const Consumer* consumer : consumers_) {
    seen_by_all = std::min(seen_by_all, consumer->seen_);
  }
  while (!kept_.empty() && kept_.front().position <= seen_by_all) {
    dropped.push_back(std::move(kept_.front().delivery.message));
    kept_.pop_front();
  }
}

std::int64_t TopicQueue::arrival_ns(std::uint64_t position) const {
  // A message may be taken a moment before its arrival is reported.
  if (position > arrivals_) {
    return monotonic_ns();
  }
  const std::size_t remembered = arrivals_ns_.size();
  const std::uint64_t oldest = arrivals_ > remembered ? arrivals_ - remembered + 1 : 1;
  return arrivals_ns_[std::max(position, oldest) % remembered];
}

std::uint64_t TopicQueue::oldest_in_source() const {
  const bool some_lost = arrivals_ > accounted_ && arrivals_ - accounted_ > source_depth_;
  return some_lost ? arrivals_ - source_depth_ + 1 : accounted_ + 1;
}

std::shared_ptr<Consumer> Consumer::create(std::shared_ptr<TopicQueue> queue, std::shared_ptr<Waiter> waiter) {
  std::shared_ptr<Consumer> consumer(new Consumer(std::move(queue), std::move(waiter)));
  consumer->waiter_->add(consumer);
  consumer->queue_->add(consumer.get());
  return consumer;
}

Consumer::Consumer(std::shared_ptr<TopicQueue> queue, std::shared_ptr<Waiter> waiter)
    : queue_(std::move(queue)), waiter_(std::move(waiter)) {}

Consumer::~Consumer() { close(); }

Delivery Consumer::take() { return queue_->take(*this); }

std::uint64_t Consumer::skipped() {
  const std::lock_guard<std::mutex> lock(queue_->mutex_);
  if (!closed_) {
    skip_to(queue_->next_for(*this));
  }
  return std::exchange(skipped_, 0);
}

std::int64_t Consumer::waiting_since_ns() const {
  const std::lock_guard<std::mutex> lock(queue_->mutex_);
  if (closed_ || queue_->closed_) {
    return 0;
  }
  const std::uint64_t next = queue_->next_for(*this);
  if (const TopicQueue::Kept* kept = queue_->kept_for(*this); kept != nullptr && kept->position == next) {
    return kept->delivery.arrived_ns;
  }
  return next <= queue_->arrivals_ ? queue_->arrival_ns(next) : 0;
}

void Consumer::skip_to(std::uint64_t position) {
  if (position > seen_ + 1) {
    skipped_ += position - 1 - seen_;
    seen_ = position - 1;
  }
}

std::uint64_t Consumer::close() {
  std::uint64_t left = 0;
  {
    const std::lock_guard<std::mutex> lock(queue_->mutex_);
    if (!std::exchange(closed_, true)) {
      // A message may be taken a moment before its arrival is reported.
      skip_to(std::max(queue_->arrivals_, queue_->accounted_) + 1);
      left = std::exchange(skipped_, 0);
    }
  }
  queue_->remove(this);
  return left;
}

}  // namespace hbm_ros
