// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// A camera driver that lends: it writes each 1080p NV12 picture as an HbmMsg1080P into memory of the middleware, which
// its readers map. Usage: lending_camera TOPIC, then lines as for camera.py on the standard input.
#include <rcl/error_handling.h>
#include <rcl/rcl.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "hbm_img_msgs/msg/hbm_msg1080_p.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kWidth = 1920;
constexpr std::uint32_t kHeight = 1080;

void check(rcl_ret_t status) {
  if (status != RCL_RET_OK) {
    std::fprintf(stderr, "rcl: %s\n", rcl_get_error_string().str);
    std::exit(1);
  }
}

std::vector<std::uint8_t> picture() {
  std::vector<std::uint8_t> bytes(kWidth * kHeight * 3 / 2);
  std::uint32_t noise = 1;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    noise = noise * 1664525U + 1013904223U;
    bytes[i] = static_cast<std::uint8_t>(64 + i / kWidth % 128 + (noise >> 29));
  }
  return bytes;
}

void publish(const rcl_publisher_t& publisher, const std::vector<std::uint8_t>& picture, int index) {
  void* loan = nullptr;
  check(rcl_borrow_loaned_message(&publisher, ROSIDL_GET_MSG_TYPE_SUPPORT(hbm_img_msgs, msg, HbmMsg1080P), &loan));
  auto& message = *static_cast<hbm_img_msgs__msg__HbmMsg1080P*>(loan);
  message.index = index;
  message.height = kHeight;
  message.width = kWidth;
  message.step = kWidth;
  message.data_size = static_cast<std::uint32_t>(picture.size());
  std::memset(message.encoding, 0, sizeof message.encoding);
  std::memcpy(message.encoding, "nv12", 4);
  std::memcpy(message.data, picture.data(), picture.size());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  message.time_stamp.sec = static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  message.time_stamp.nanosec = static_cast<std::uint32_t>((now % std::chrono::seconds(1)).count());
  check(rcl_publish_loaned_message(&publisher, loan, nullptr));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  rcl_init_options_t init_options = rcl_get_zero_initialized_init_options();
  check(rcl_init_options_init(&init_options, rcl_get_default_allocator()));
  rcl_context_t context = rcl_get_zero_initialized_context();
  check(rcl_init(0, nullptr, &init_options, &context));
  rcl_node_t node = rcl_get_zero_initialized_node();
  const rcl_node_options_t node_options = rcl_node_get_default_options();
  check(rcl_node_init(&node, "bench_lending_camera", "", &context, &node_options));
  rcl_publisher_t publisher = rcl_get_zero_initialized_publisher();
  rcl_publisher_options_t options = rcl_publisher_get_default_options();
  options.qos.depth = 1;
  check(rcl_publisher_init(&publisher, &node, ROSIDL_GET_MSG_TYPE_SUPPORT(hbm_img_msgs, msg, HbmMsg1080P), argv[1],
                           &options));
  if (!rcl_publisher_can_loan_messages(&publisher)) {
    std::fprintf(stderr, "the middleware lends no messages\n");
    return 1;
  }
  const std::vector<std::uint8_t> bytes = picture();
  double rate_hz = 0;
  int frames = 0;
  std::size_t subscribers = 0;
  while (std::scanf("%lf %d %zu", &rate_hz, &frames, &subscribers) == 3) {
    for (std::size_t count = 0; count < subscribers; std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
      check(rcl_publisher_get_subscription_count(&publisher, &count));
    }
    int late = 0;
    const auto period = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate_hz));
    const auto start = Clock::now();
    for (int index = 0; index < frames; ++index) {
      std::this_thread::sleep_until(start + index * period);
      late += Clock::now() - start > (index + 1) * period;
      publish(publisher, bytes, index);
    }
    std::printf("%d %f\n", frames - late, std::chrono::duration<double>(Clock::now() - start).count());
    std::fflush(stdout);
  }
  check(rcl_publisher_fini(&publisher, &node));
  check(rcl_node_fini(&node));
  check(rcl_shutdown(&context));
  return 0;
}
