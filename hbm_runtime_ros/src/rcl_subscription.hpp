// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rcl/subscription.h>

#include <cstddef>
#include <memory>

#include "buffer_pool.hpp"
#include "rcl_entity.hpp"
#include "shared_memory.hpp"
#include "topic_queue.hpp"

namespace hbm_ros {

// A subscription of rclpy, taken from through rcl. Messages outlive it.
class RclSubscription : public MessageSource {
 public:
  // `loan_bytes`: size of the message's C struct where it is taken as a loan; 0: it is taken serialized.
  RclSubscription(std::unique_ptr<EnteredHandle> handle, std::size_t loan_bytes);

  // What the middleware keeps: the depth of its history.
  std::size_t depth() const;

  bool lends() const { return loan_bytes_ != 0; }

  // Reports arrivals to `queue`, those before this call as well. Throws std::runtime_error.
  void report_arrivals_to(TopicQueue* queue);

  std::shared_ptr<const TakenMessage> take() override;
  void stop_arrivals() override;

 private:
  std::shared_ptr<const TakenMessage> take_loan();

  const std::unique_ptr<EnteredHandle> handle_;
  rcl_subscription_t* const subscription_;
  const std::size_t loan_bytes_;
  const std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>();
  SharedMemory shared_memory_;
};

}  // namespace hbm_ros
