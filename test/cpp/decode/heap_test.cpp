// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// After its first frame a decoder takes nothing from the heap.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "decode/decoder.hpp"

extern "C" void* __libc_malloc(std::size_t size_bytes);

namespace {
std::atomic<std::int64_t> allocations{0};
}

extern "C" void* malloc(std::size_t size_bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size_bytes);
}

namespace hbm::decode {
namespace {

constexpr std::int64_t kSide = 160;

// Random raw values of one output [1, h, w, c].
struct Recording {
  Recording(std::int64_t height, std::int64_t width, std::int64_t channels, float scale)
      : info{"y", {tensor::TypeCode::kInt, 8}, {1, height, width, channels}, 3, {scale}, {0}},
        strides{height * width * channels, width * channels, channels, 1},
        values(static_cast<std::size_t>(height * width * channels)) {
    std::mt19937 random(1);
    for (std::int8_t& value : values) {
      value = static_cast<std::int8_t>(random());
    }
  }

  OutputInfo info;
  std::vector<std::int64_t> strides;
  std::vector<std::int8_t> values;
};

struct Case {
  const char* family;
  std::map<std::string, std::vector<double>> settings;
  std::vector<std::int64_t> channels;  // for each stride
  bool has_prototypes;
};

class Heap : public testing::TestWithParam<Case> {};

TEST_P(Heap, nothing_is_allocated_for_each_frame) {
  std::vector<Recording> recordings;
  for (const std::int64_t stride : {8, 16, 32}) {
    for (const std::int64_t channels : GetParam().channels) {
      recordings.emplace_back(kSide / stride, kSide / stride, channels, 0.03F);
    }
  }
  if (GetParam().has_prototypes) {
    recordings.emplace_back(kSide / 4, kSide / 4, 32, 0.03F);
  }
  std::vector<OutputInfo> infos;
  Frame frame{{}, kSide, kSide};
  for (const Recording& recording : recordings) {
    infos.push_back(recording.info);
    frame.outputs.emplace_back(recording.info, recording.values.data(), recording.info.shape.data(),
                               recording.strides.data());
  }
  const Options options;
  const std::unique_ptr<Decoder> decoder = find_family(GetParam().family).make(infos, Settings(GetParam().settings));
  Result result;
  decoder->prepare(infos, options);
  decoder->decode(frame, options, result);
  EXPECT_GT(std::get<Detections>(result).size(), 0);
  const std::int64_t before = allocations.load();
  decoder->decode(frame, options, result);
  EXPECT_EQ(allocations.load() - before, 0);
}

const std::vector<double> kStrides = {8, 16, 32};
const std::vector<double> kAnchors = {10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326};

INSTANTIATE_TEST_SUITE_P(
    Decoders, Heap,
    testing::Values(
        Case{"yolo", {{"strides", kStrides}, {"multi_label", {0}}, {"is_direct", {0}}, {"task", {0}}}, {80, 64}, false},
        Case{
            "yolo", {{"strides", kStrides}, {"multi_label", {1}}, {"is_direct", {1}}, {"task", {1}}}, {8, 4, 32}, true},
        Case{"yolo",
             {{"strides", kStrides}, {"multi_label", {0}}, {"is_direct", {0}}, {"task", {2}}},
             {1, 64, 51},
             false},
        Case{"yolo",
             {{"strides", kStrides}, {"multi_label", {0}}, {"is_direct", {0}}, {"task", {3}}},
             {15, 64, 1},
             false},
        Case{"yolo_anchors",
             {{"strides", kStrides}, {"anchors", kAnchors}, {"classes", {80}}, {"task", {0}}},
             {255},
             false}));

}  // namespace
}  // namespace hbm::decode
