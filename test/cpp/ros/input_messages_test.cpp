// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Messages of input topics other than Image: nothing is read beyond the given bytes, whatever they say. Run it with
// -DHBM_SANITIZE=address,undefined.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cdr_writer.hpp"
#include "compressed_image_message.hpp"
#include "hbmem_image_message.hpp"
#include "tensor_list_message.hpp"

namespace hbm_wire {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kRoomBytes = 24;

template <typename Write>
Bytes message_of(Write&& write) {
  CdrSizer sizer;
  write(sizer);
  Bytes message(sizer.size_bytes());
  CdrWriter writer(message.data());
  write(writer);
  return message;
}

template <typename Sink>
void write_data(Sink& sink, const Bytes& data) {
  sink.write_bytes(data.size(), [&](std::uint8_t* target) { std::copy(data.begin(), data.end(), target); });
}

template <typename Sink>
void write_header(Sink& sink) {
  sink.write(std::int32_t{-5});
  sink.write(std::uint32_t{6});
  sink.write_string("camera");
}

Bytes compressed_message() {
  return message_of([](auto& sink) {
    write_header(sink);
    sink.write_string("jpeg");
    write_data(sink, Bytes(13, 7));
  });
}

Bytes hbmem_message() {
  return message_of([](auto& sink) {
    for (const std::uint32_t value : {3U, 100U, 5U, 4U, 6U, 20U, 8U}) {
      sink.write(value);
    }
    for (const char letter : std::string("nv12") + std::string(8, '\0') + std::string(kRoomBytes, '\7')) {
      sink.write(static_cast<std::uint8_t>(letter));
    }
  });
}

template <typename Sink>
void write_tensor(Sink& sink, const std::string& name, const std::vector<std::int64_t>& strides) {
  const std::vector<std::int64_t> shape{1, 3};
  const std::vector<float> scale{0.5F};
  const std::vector<std::int32_t> zero_point{-1};
  sink.write_string(name);
  sink.write(std::uint8_t{2});
  sink.write(std::uint8_t{32});
  sink.write(std::uint16_t{1});
  sink.write_sequence(shape.data(), shape.size());
  sink.write_sequence(strides.data(), strides.size());
  sink.write(std::uint64_t{4});
  sink.write(std::uint8_t{1});
  sink.write_sequence(scale.data(), scale.size());
  sink.write_sequence(zero_point.data(), zero_point.size());
  sink.write(std::int32_t{1});
  write_data(sink, Bytes(12, 9));
}

Bytes tensor_list_message() {
  return message_of([](auto& sink) {
    write_header(sink);
    sink.write(std::uint32_t{2});
    write_tensor(sink, "a", {});
    write_tensor(sink, "second", {3, 1});
  });
}

// The C struct is the serialized message without its header.
Bytes loaned_hbmem_message() {
  const Bytes serialized = hbmem_message();
  return {serialized.begin() + CdrReader::kHeaderBytes, serialized.end()};
}

struct Case {
  std::string name;
  Bytes message;
  // Returns where the last byte lies that the parsed message refers to.
  std::function<const std::uint8_t*(const std::uint8_t*, std::size_t)> parse;
};

const std::uint8_t* end_of(ByteView view) { return view.data + view.size_bytes; }

std::vector<Case> cases() {
  return {
      {"CompressedImage", compressed_message(),
       [](auto* data, auto size) { return end_of(parse_compressed_image(data, size).data); }},
      {"HbmemImage", hbmem_message(),
       [](auto* data, auto size) { return end_of(parse_hbmem_image(data, size, kRoomBytes, false).room); }},
      {"LoanedHbmemImage", loaned_hbmem_message(),
       [](auto* data, auto size) { return end_of(parse_hbmem_image(data, size, kRoomBytes, true).room); }},
      {"TensorList", tensor_list_message(),
       [](auto* data, auto size) {
         const TensorListMessage list = parse_tensor_list(data, size);
         return list.tensors.empty() ? data : end_of(list.tensors.back().data);
       }},
  };
}

class InputMessage : public testing::TestWithParam<Case> {
 protected:
  // In a heap block of exactly that size, so that a sanitizer sees the first byte beyond it.
  void parse(const Bytes& message) {
    const std::unique_ptr<std::uint8_t[]> block(new std::uint8_t[message.size()]);
    std::copy(message.begin(), message.end(), block.get());
    ASSERT_LE(GetParam().parse(block.get(), message.size()), block.get() + message.size());
  }
};

TEST_P(InputMessage, EndsWhereItsDataEnds) {
  const Bytes& message = GetParam().message;
  EXPECT_EQ(GetParam().parse(message.data(), message.size()), message.data() + message.size());
}

TEST_P(InputMessage, IsRefusedWhereverItIsCut) {
  const Bytes& whole = GetParam().message;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(parse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}), WireError) << size;
  }
}

TEST_P(InputMessage, StaysInsideWhateverTheBytesSay) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    Bytes message = GetParam().message;
    for (int change = 0; change < 3; ++change) {
      message[random() % message.size()] = static_cast<std::uint8_t>(random());
    }
    try {
      parse(message);
    } catch (const WireError&) {
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, InputMessage, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

TEST(ParseTensorList, ReadsEveryField) {
  const Bytes message = tensor_list_message();
  const TensorListMessage list = parse_tensor_list(message.data(), message.size());
  ASSERT_EQ(list.tensors.size(), 2u);
  EXPECT_EQ(list.header.stamp_ns(), -5'000'000'000 + 6);
  const TensorMessage& tensor = list.tensors[1];
  EXPECT_EQ(tensor.name, "second");
  EXPECT_EQ(tensor.dtype_bits, 32);
  EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(tensor.strides, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(tensor.byte_offset, 4u);
  EXPECT_EQ(tensor.quant_scale, (std::vector<float>{0.5F}));
  EXPECT_EQ(tensor.quant_zero_point, (std::vector<std::int32_t>{-1}));
  EXPECT_EQ(tensor.quant_axis, 1);
  EXPECT_EQ(tensor.data.size_bytes, 12u);
}

void expect_hbmem_fields(const HbmemImageMessage& image) {
  EXPECT_EQ(image.encoding, "nv12");
  EXPECT_EQ(image.index, 3);
  EXPECT_EQ(image.stamp_ns(), 100'000'000'005);
  EXPECT_EQ(image.data_size_bytes, 20u);
  EXPECT_EQ(image.room.data[kRoomBytes - 1], 7);
}

TEST(ParseHbmemImage, EndsTheEncodingAtTheFirstNul) {
  const Bytes message = hbmem_message();
  expect_hbmem_fields(parse_hbmem_image(message.data(), message.size(), kRoomBytes, false));
}

TEST(ParseHbmemImage, ReadsTheStructOfALoan) {
  const Bytes message = loaned_hbmem_message();
  expect_hbmem_fields(parse_hbmem_image(message.data(), message.size(), kRoomBytes, true));
}

}  // namespace
}  // namespace hbm_wire
