// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// After its first frame a decoder takes nothing from the heap. Where there is no memory, whichever allocation fails, it
// reports that and works on.
#include <gtest/gtest.h>

#include <iostream>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "decode/decoder.hpp"
#include "heap/failing_heap.hpp"

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

class Heap : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    for (const std::int64_t stride : {8, 16, 32}) {
      for (const std::int64_t channels : GetParam().channels) {
        recordings.emplace_back(kSide / stride, kSide / stride, channels, 0.03F);
      }
    }
    if (GetParam().has_prototypes) {
      recordings.emplace_back(kSide / 4, kSide / 4, 32, 0.03F);
    }
    for (const Recording& recording : recordings) {
      infos.push_back(recording.info);
      frame.outputs.emplace_back(recording.info, recording.values.data(), recording.info.shape.data(),
                                 recording.strides.data());
    }
  }

  std::unique_ptr<Decoder> make() const {
    return find_family(GetParam().family).make(infos, Settings(GetParam().settings));
  }

  std::vector<Recording> recordings;
  std::vector<OutputInfo> infos;
  Frame frame{{}, kSide, kSide};
  const Options options;
};

TEST_P(Heap, nothing_is_allocated_for_each_frame) {
  const std::unique_ptr<Decoder> decoder = make();
  Result result;
  decoder->prepare(infos, options);
  decoder->decode(frame, options, result);
  EXPECT_GT(std::get<Detections>(result).size(), 0);
  const std::int64_t before = hbm_allocation_count();
  decoder->decode(frame, options, result);
  EXPECT_EQ(hbm_allocation_count() - before, 0);
}

TEST_P(Heap, without_memory_a_frame_fails_and_the_next_one_is_decoded) {
  const auto decode = [this](Decoder* decoder, Result* result) {
    decoder->prepare(infos, options);
    decoder->decode(frame, options, *result);
  };
  Result expected;
  decode(make().get(), &expected);
  int positions = 0;
  for (bool fired = true; fired && !HasFailure(); ++positions) {
    std::unique_ptr<Decoder> decoder;
    Result result;
    bool failed = false;
    hbm_fail_allocation(positions);
    try {
      decoder = make();
      decode(decoder.get(), &result);
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    fired = !hbm_fail_no_allocation();
    EXPECT_EQ(failed, fired) << positions;
    if (decoder == nullptr) {
      decoder = make();
    }
    decode(decoder.get(), &result);
    EXPECT_EQ(std::get<Detections>(result).boxes, std::get<Detections>(expected).boxes) << positions;
    EXPECT_EQ(std::get<Detections>(result).scores, std::get<Detections>(expected).scores) << positions;
    EXPECT_EQ(std::get<Detections>(result).masks, std::get<Detections>(expected).masks) << positions;
  }
  std::cout << positions - 1 << " failures injected" << std::endl;
  EXPECT_GT(positions, 1);
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
