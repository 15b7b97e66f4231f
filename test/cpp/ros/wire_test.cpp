// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// What the Python tests cannot see: reads and writes beyond the given bytes. Run it with
// -DHBM_SANITIZE=address,undefined.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cdr_writer.hpp"
#include "image_message.hpp"
#include "result_message.hpp"

namespace hbm_wire {
namespace {

using hbm::tensor::TypeCode;

template <typename Sink>
void write_picture(Sink& sink, const std::string& frame_id, const std::vector<std::uint8_t>& data) {
  sink.write(std::int32_t{5});
  sink.write(std::uint32_t{6});
  sink.write_string(frame_id);
  sink.write(std::uint32_t{2});
  sink.write(std::uint32_t{4});
  sink.write_string("nv12");
  sink.write(std::uint8_t{0});
  sink.write(std::uint32_t{4});
  sink.write_bytes(data.size(), [&](std::uint8_t* target) { std::memcpy(target, data.data(), data.size()); });
}

std::vector<std::uint8_t> picture_message(const std::string& frame_id) {
  const std::vector<std::uint8_t> data(12, 7);
  CdrSizer sizer;
  write_picture(sizer, frame_id, data);
  std::vector<std::uint8_t> message(sizer.size_bytes());
  CdrWriter writer(message.data());
  write_picture(writer, frame_id, data);
  return message;
}

// In a heap block of exactly that size, so that a sanitizer sees the first byte beyond it.
ImageMessage parse_exactly(const std::vector<std::uint8_t>& message, std::unique_ptr<std::uint8_t[]>* block) {
  block->reset(new std::uint8_t[message.size()]);
  std::copy(message.begin(), message.end(), block->get());
  return parse_image(block->get(), message.size());
}

TEST(ParseImage, ReadsWhatWasWritten) {
  std::unique_ptr<std::uint8_t[]> block;
  for (const char* frame_id : {"", "a", "ab", "abc", "camera"}) {
    const ImageMessage image = parse_exactly(picture_message(frame_id), &block);
    EXPECT_EQ(image.header.frame_id, frame_id);
    EXPECT_EQ(image.encoding, "nv12");
    EXPECT_EQ(image.step_bytes, 4u);
    ASSERT_EQ(image.data.size_bytes, 12u);
    EXPECT_EQ(image.data.data[11], 7);
  }
}

TEST(ParseImage, RefusesEveryCut) {
  const std::vector<std::uint8_t> whole = picture_message("camera");
  std::unique_ptr<std::uint8_t[]> block;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(parse_exactly({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, &block), WireError);
  }
}

TEST(ParseImage, StaysInsideWhateverTheBytesSay) {
  std::mt19937 random(1);
  const std::vector<std::uint8_t> whole = picture_message("camera");
  std::unique_ptr<std::uint8_t[]> block;
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::uint8_t> message = whole;
    for (int change = 0; change < 3; ++change) {
      message[random() % message.size()] = static_cast<std::uint8_t>(random());
    }
    try {
      const ImageMessage image = parse_exactly(message, &block);
      ASSERT_LE(image.data.data + image.data.size_bytes, block.get() + message.size());
    } catch (const WireError&) {
    }
  }
}

TEST(WriteResult, FillsExactlyTheSizeItAnnounces) {
  const FrameHeader header{1, 2, "camera"};
  const Timing timing{};
  const TensorType type{"boxes", 0, 8, 0, 1, {0.5F}, {3}, -1};
  std::vector<std::uint8_t> padded(3 * 16, 9);
  const std::vector<OutputTensor> outputs{{type, {TypeCode::kInt, 8}, padded.data(), {3, 5}, {16, 1}}};
  for (const char* model : {"m", "mo", "mod", "mode", "model"}) {
    const std::string name = model;
    const ResultMessage result{header, name, 1, {}, timing, outputs};
    const std::size_t size_bytes = result_size_bytes(result);
    const std::unique_ptr<std::uint8_t[]> buffer(new std::uint8_t[size_bytes]);
    write_result(result, buffer.get());
    EXPECT_EQ(buffer[size_bytes - 1], 9);
  }
}

}  // namespace
}  // namespace hbm_wire
