// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// What the documentation's C++ program takes of rclcpp, which no wheel has: `spin` calls each subscription once, with a
// result of two boxes and their scores.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hbm_runtime_ros/msg/inference_result.hpp"
#include "hbm_runtime_ros/tensor.hpp"

#define RCLCPP_INFO(logger, ...) ((void)(logger), std::printf(__VA_ARGS__), std::printf("\n"))

namespace rclcpp {

struct Logger {};

template <typename Message>
struct Subscription {
  using SharedPtr = std::shared_ptr<Subscription>;
};

class Node {
 public:
  explicit Node(const std::string&) {}

  template <typename Message, typename Callback>
  typename Subscription<Message>::SharedPtr create_subscription(const std::string&, int, Callback callback) {
    callbacks.emplace_back(std::move(callback));
    return std::make_shared<Subscription<Message>>();
  }

  Logger get_logger() const { return {}; }

  std::vector<std::function<void(const hbm_runtime_ros::msg::InferenceResult&)>> callbacks;
};

inline void init(int, char**) {}
inline void shutdown() {}

inline void spin(const std::shared_ptr<Node>& node) {
  const std::int8_t boxes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const float scores[] = {0.1F, 0.9F};
  hbm_runtime_ros::msg::InferenceResult result;
  result.outputs.push_back(hbm_runtime_ros::make_tensor("boxes", boxes, {2, 4}, {{2.0F}, {0}}));
  result.outputs.push_back(hbm_runtime_ros::make_tensor("scores", scores, {2}));
  for (const auto& callback : node->callbacks) {
    callback(result);
  }
}

}  // namespace rclcpp
