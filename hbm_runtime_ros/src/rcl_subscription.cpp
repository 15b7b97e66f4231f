// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "rcl_subscription.hpp"

#include <rcl/error_handling.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace hbm_ros {
namespace {

class PooledMessage : public TakenMessage {
 public:
  PooledMessage(const ByteBuffer& buffer, std::shared_ptr<BufferPool> pool, bool loaned)
      : TakenMessage(buffer.data, buffer.size_bytes, loaned), buffer_(buffer), pool_(std::move(pool)) {}
  ~PooledMessage() override { pool_->give_back(buffer_); }

 private:
  ByteBuffer buffer_;
  std::shared_ptr<BufferPool> pool_;
};

// A message in memory of its publisher.
class SharedMessage : public TakenMessage {
 public:
  SharedMessage(std::shared_ptr<const std::uint8_t> memory, std::size_t size_bytes)
      : TakenMessage(memory.get(), size_bytes, true), memory_(std::move(memory)) {
    std::memcpy(begin_.data(), data(), std::min(size_bytes, begin_.size()));
  }

  bool intact() const override {
    return std::memcmp(begin_.data(), data(), std::min(size_bytes(), begin_.size())) == 0;
  }

 private:
  std::shared_ptr<const std::uint8_t> memory_;
  // The other fields and the first pixels, which the next message in this memory overwrites first.
  std::array<std::uint8_t, 256> begin_;
};

void on_arrival(const void* queue, std::size_t count) {
  static_cast<TopicQueue*>(const_cast<void*>(queue))->on_arrival(count);
}

[[noreturn]] void throw_rcl_error(const char* what, const rcl_subscription_t* subscription) {
  const char* topic = rcl_subscription_get_topic_name(subscription);
  throw std::runtime_error(std::string(what) + " '" + (topic == nullptr ? "" : topic) + "': " + last_rcl_error());
}

}  // namespace

RclSubscription::RclSubscription(std::unique_ptr<EnteredHandle> handle, std::size_t loan_bytes)
    : handle_(std::move(handle)),
      subscription_(handle_->get<rcl_subscription_t>()),
      loan_bytes_(rcl_subscription_can_loan_messages(subscription_) ? loan_bytes : 0) {}

std::size_t RclSubscription::depth() const {
  const rmw_qos_profile_t* qos = rcl_subscription_get_actual_qos(subscription_);
  if (qos == nullptr || qos->history == RMW_QOS_POLICY_HISTORY_KEEP_ALL || qos->depth == 0) {
    return std::numeric_limits<std::size_t>::max();
  }
  return qos->depth;
}

void RclSubscription::report_arrivals_to(TopicQueue* queue) {
  if (rcl_subscription_set_on_new_message_callback(subscription_, &on_arrival, queue) != RCL_RET_OK) {
    throw_rcl_error("cannot watch topic", subscription_);
  }
}

void RclSubscription::stop_arrivals() {
  if (rcl_subscription_set_on_new_message_callback(subscription_, nullptr, nullptr) != RCL_RET_OK) {
    rcl_reset_error();
  }
}

std::shared_ptr<const TakenMessage> RclSubscription::take() {
  if (loan_bytes_ != 0) {
    return take_loan();
  }
  ByteBuffer buffer = pool_->take();
  rcl_serialized_message_t serialized{buffer.data, 0, buffer.capacity_bytes, rcutils_get_default_allocator()};
  const rcl_ret_t result = rcl_take_serialized_message(subscription_, &serialized, nullptr, nullptr);
  buffer = {serialized.buffer, serialized.buffer_length, serialized.buffer_capacity};
  if (result == RCL_RET_OK) {
    return std::make_shared<PooledMessage>(buffer, pool_, false);
  }
  pool_->give_back(buffer);
  if (result != RCL_RET_SUBSCRIPTION_TAKE_FAILED) {
    throw_rcl_error("cannot take a message of", subscription_);
  }
  rcl_reset_error();
  return nullptr;
}

std::shared_ptr<const TakenMessage> RclSubscription::take_loan() {
  void* loan = nullptr;
  rmw_message_info_t info = rmw_get_zero_initialized_message_info();
  const rcl_ret_t result = rcl_take_loaned_message(subscription_, &loan, &info, nullptr);
  if (result != RCL_RET_OK) {
    if (result != RCL_RET_SUBSCRIPTION_TAKE_FAILED) {
      throw_rcl_error("cannot take a message of", subscription_);
    }
    rcl_reset_error();
    return nullptr;
  }
  const auto* lent = static_cast<const std::uint8_t*>(loan);
  std::shared_ptr<const TakenMessage> message;
  if (std::shared_ptr<const std::uint8_t> memory = shared_memory_.find(lent, loan_bytes_)) {
    message = std::make_shared<SharedMessage>(std::move(memory), loan_bytes_);
  } else {
    const ByteBuffer buffer = pool_->take(loan_bytes_);
    std::memcpy(buffer.data, lent, loan_bytes_);
    message = std::make_shared<PooledMessage>(buffer, pool_, true);
  }
  // Returned at once: keeping the loan would not keep the publisher from reusing the memory, and the middleware fails
  // if the publisher has left when the loan is returned.
  if (rcl_return_loaned_message_from_subscription(subscription_, loan) != RCL_RET_OK) {
    throw_rcl_error("cannot return a loan of", subscription_);
  }
  return message;
}

}  // namespace hbm_ros
