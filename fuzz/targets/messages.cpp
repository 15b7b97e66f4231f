// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// A serialized message of an input topic. The first byte says of which type; every byte that a view names is read.
#include "compressed_image_message.hpp"
#include "driver/error.hpp"
#include "hbmem_image_message.hpp"
#include "image_message.hpp"
#include "target.hpp"
#include "tensor_list_message.hpp"
#include "vision/jpeg_layout.hpp"
#include "vision/picture.hpp"

namespace {

using namespace hbm_wire;

unsigned sum_of(ByteView view) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < view.size_bytes; ++i) {
    sum += view.data[i];
  }
  return sum;
}

void read_image(const std::uint8_t* data, std::size_t size_bytes) {
  const ImageMessage image = parse_image(data, size_bytes);
  hbm::vision::make_picture(image.data.data, image.data.size_bytes, image.width, image.height, image.step_bytes,
                            image.encoding, hbm::vision::ColorRange::kFull);
}

void read_compressed(const std::uint8_t* data, std::size_t size_bytes) {
  const CompressedImageMessage image = parse_compressed_image(data, size_bytes);
  hbm::vision::read_jpeg_layout(image.data.data, image.data.size_bytes);
}

void read_hbmem(const std::uint8_t* data, std::size_t size_bytes, bool is_struct) {
  constexpr std::size_t kRoomBytes = 96;
  const HbmemImageMessage image = parse_hbmem_image(data, size_bytes, kRoomBytes, is_struct);
  hbm_fuzz::require(sum_of(image.room) < 256 * kRoomBytes && image.encoding.size() <= 12);
}

void read_tensors(const std::uint8_t* data, std::size_t size_bytes) {
  for (const TensorMessage& tensor : parse_tensor_list(data, size_bytes).tensors) {
    // What a message claims is no more than it has.
    hbm_fuzz::require(tensor.name.size() + 8 * (tensor.shape.size() + tensor.strides.size()) +
                          4 * (tensor.quant_scale.size() + tensor.quant_zero_point.size()) + tensor.data.size_bytes <=
                      size_bytes);
    sum_of(tensor.data);
  }
}

}  // namespace

HBM_FUZZ_TARGET(messages, input) {
  const auto type = input.take<std::uint8_t>() % 5;
  const std::vector<std::uint8_t> message = input.rest();
  try {
    switch (type) {
      case 0:
        return read_image(message.data(), message.size());
      case 1:
        return read_compressed(message.data(), message.size());
      case 2:
        return read_tensors(message.data(), message.size());
      default:
        return read_hbmem(message.data(), message.size(), type == 3);
    }
  } catch (const WireError&) {
  } catch (const hbm::ValueError&) {
  }
}
