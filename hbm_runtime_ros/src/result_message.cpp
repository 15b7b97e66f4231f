// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "result_message.hpp"

#include "cdr_writer.hpp"
#include "hbm/tensor/half.hpp"
#include "hbm/tensor/layout.hpp"
#include "hbm/tensor/strided.hpp"

namespace hbm_wire {
namespace {

template <typename Sink>
void write_transform(Sink& sink, const ImageTransform& transform) {
  sink.write(static_cast<std::uint32_t>(transform.inputs.size()));
  for (const std::string& input : transform.inputs) {
    sink.write_string(input);
  }
  sink.write_string(transform.mode);
  sink.write(transform.source_width);
  sink.write(transform.source_height);
  sink.write(transform.model_width);
  sink.write(transform.model_height);
  sink.write(transform.scale_x);
  sink.write(transform.scale_y);
  sink.write(transform.pad_left);
  sink.write(transform.pad_top);
  sink.write(transform.crop_left);
  sink.write(transform.crop_top);
}

using hbm::tensor::ElementType;
using hbm::tensor::Half;

ElementType written_type(const OutputTensor& output) {
  return {static_cast<hbm::tensor::TypeCode>(output.type.dtype_code), output.type.dtype_bits};
}

// The shape in items: bytes of two elements each where they are packed.
std::vector<std::int64_t> stored_shape(const OutputTensor& output) {
  std::vector<std::int64_t> shape = output.shape;
  if (!shape.empty()) {
    shape.back() = written_type(output).items(shape.back());
  }
  return shape;
}

std::size_t size_bytes(const OutputTensor& output) {
  std::int64_t size = written_type(output).item_bytes();
  for (const std::int64_t length : stored_shape(output)) {
    size *= length;
  }
  return static_cast<std::size_t>(size);
}

// Writes size_bytes() bytes. The data of a serialized tensor are aligned to 4 bytes.
void write_elements(const OutputTensor& output, std::uint8_t* target) {
  const auto rank = static_cast<int>(output.shape.size());
  if (output.quantization == nullptr) {
    const std::vector<std::int64_t> shape = stored_shape(output);
    std::vector<std::int64_t> dense(shape.size());
    hbm::tensor::fill_dense_strides(shape.data(), rank, written_type(output).item_bytes(), dense.data());
    hbm::tensor::copy_strided(target, dense.data(), output.first, output.stride_bytes.data(), shape.data(), rank,
                              written_type(output).item_bytes());
    return;
  }
  const hbm::tensor::Elements elements{output.first, output.given_type, output.shape.data(), output.stride_bytes.data(),
                                       rank};
  if (output.type.dtype_bits == 16) {
    hbm::tensor::dequantize(elements, *output.quantization, reinterpret_cast<Half*>(target));
  } else {
    hbm::tensor::dequantize(elements, *output.quantization, reinterpret_cast<float*>(target));
  }
}

template <typename Sink>
void write_tensor(Sink& sink, const OutputTensor& output) {
  const TensorType& type = output.type;
  sink.write_string(type.name);
  sink.write(type.dtype_code);
  sink.write(type.dtype_bits);
  sink.write(std::uint16_t{1});
  sink.write_sequence(output.shape.data(), output.shape.size());
  sink.write_sequence(static_cast<const std::int64_t*>(nullptr), 0);  // strides: compact
  sink.write(std::uint64_t{0});                                       // byte_offset
  sink.write(type.quant_type);
  sink.write_sequence(type.quant_scale.data(), type.quant_scale.size());
  sink.write_sequence(type.quant_zero_point.data(), type.quant_zero_point.size());
  sink.write(type.quant_axis);
  sink.write_bytes(size_bytes(output), [&](std::uint8_t* target) { write_elements(output, target); });
}

template <typename Sink>
void write_message(Sink& sink, const ResultMessage& result) {
  sink.write(result.header.stamp_sec);
  sink.write(result.header.stamp_nanosec);
  sink.write_string(result.header.frame_id);
  sink.write_string(result.model);
  sink.write(result.sequence);
  sink.write(static_cast<std::uint32_t>(result.transforms.size()));
  for (const ImageTransform* transform : result.transforms) {
    write_transform(sink, *transform);
  }
  for (const std::int64_t stage_ns : result.timing) {
    sink.write(stage_ns);
  }
  sink.write(static_cast<std::uint32_t>(result.outputs.size()));
  for (const OutputTensor& output : result.outputs) {
    write_tensor(sink, output);
  }
}

}  // namespace

std::size_t result_size_bytes(const ResultMessage& result) {
  CdrSizer sizer;
  write_message(sizer, result);
  return sizer.size_bytes();
}

void write_result(const ResultMessage& result, std::uint8_t* buffer) {
  CdrWriter writer(buffer);
  write_message(writer, result);
}

}  // namespace hbm_wire
