// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/timed_engine.hpp"

#include <cstring>
#include <stdexcept>

#include "dnn/output_layout.hpp"
#include "dnn/status_error.hpp"
#include "dnn/tensor_layout.hpp"
#include "dnn/typed_value.hpp"
#include "hbm/tensor/strided.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): the n-th value without the ones before it.
std::uint64_t random_bits(std::uint64_t seed, std::uint64_t index) noexcept {
  std::uint64_t bits = seed + (index + 1) * 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

hbDNNTensorProperties dense(hbDNNTensorProperties properties) {
  fill_dense_strides(properties);
  return properties;
}

std::vector<unsigned char> noise(const hbDNNTensorProperties& properties, std::uint64_t seed) {
  const auto unit = static_cast<std::size_t>(hbm::tensor::element_type(properties.tensorType).item_bytes());
  // The manifest was checked, so the extent is known, and the dense one is not larger.
  std::vector<unsigned char> values(static_cast<std::size_t>(*extent_bytes(dense(properties))));
  for (std::size_t at = 0; at < values.size(); at += unit) {
    const UnitBytes bytes = encode_random(properties.tensorType, random_bits(seed, at / unit));
    std::memcpy(values.data() + at, bytes.data(), unit);
  }
  return values;
}

std::vector<unsigned char> recording(const TensorSpec& output, const ZipArchive& archive) {
  const std::int64_t run_bytes = *extent_bytes(dense(output.properties));
  const auto bytes = static_cast<std::uint64_t>(run_bytes) * static_cast<std::uint64_t>(output.fill.runs);
  const std::size_t found = archive.member_bytes(output.fill.data);
  if (found != bytes) {
    throw StatusError(HB_UCP_MODEL_INVALID, "output '" + output.name + "': expected " + std::to_string(bytes) +
                                                " bytes in zip member '" + output.fill.data + "', " +
                                                std::to_string(output.fill.runs) + " runs of " +
                                                std::to_string(run_bytes) + ", got " + std::to_string(found));
  }
  std::vector<unsigned char> values(found);
  archive.read(output.fill.data, values.data());
  return values;
}

/// Fills memory with one unit; copies of doubling length are as fast as memset, for units of any size.
void repeat(unsigned char* destination, std::size_t bytes, const unsigned char* unit, std::size_t unit_bytes) {
  std::memcpy(destination, unit, unit_bytes);
  for (std::size_t filled = unit_bytes; filled < bytes;) {
    const std::size_t count = filled < bytes - filled ? filled : bytes - filled;
    std::memcpy(destination + filled, destination, count);
    filled += count;
  }
}

void write_constant(const hbDNNTensor& output, const UnitBytes& unit) {
  const hbDNNTensorProperties& properties = output.properties;
  const std::int64_t unit_bytes = hbm::tensor::element_type(properties.tensorType).item_bytes();
  auto* const base = static_cast<unsigned char*>(output.sysMem.virAddr);
  hbm::tensor::Axes rows(stored_shape(properties).data(), properties.stride, properties.stride,
                         properties.validShape.numDimensions);
  const auto row_bytes = static_cast<std::size_t>(rows.pop_run(unit_bytes));
  rows.walk([&](std::int64_t offset, std::int64_t) {
    repeat(base + offset, row_bytes, unit.data(), static_cast<std::size_t>(unit_bytes));
  });
}

void write_copy(const hbDNNTensor& input, hbDNNTensor& output) {
  resolve_output(output, input.properties.validShape);
  if (!overlap(input, output)) {
    copy_tensor(output.sysMem.virAddr, output.properties, input.sysMem.virAddr, input.properties);
    return;
  }
  // Input and output may overlap at any offset, so read all of the input before writing.
  const hbDNNTensorProperties staged = dense(input.properties);
  std::vector<unsigned char> bytes(static_cast<std::size_t>(*extent_bytes(staged)));
  copy_tensor(bytes.data(), staged, input.sysMem.virAddr, input.properties);
  copy_tensor(output.sysMem.virAddr, output.properties, bytes.data(), staged);
}

}  // namespace

TimedEngine::TimedEngine(const ModelSpec& model, const ZipArchive& archive) {
  for (const TensorSpec& spec : model.outputs) {
    Output& output = outputs_.emplace_back();
    output.fill = spec.fill;
    const bool is_constant = spec.fill.kind == Fill::Kind::kConstant;
    output.unit = encode(spec.properties.tensorType, is_constant ? spec.fill.value : 0.0);
    if (spec.fill.kind == Fill::Kind::kFile) {
      output.recording = recording(spec, archive);
    }
  }
}

void TimedEngine::execute(const hbDNNTensor* inputs, hbDNNTensor* outputs) {
  const std::uint64_t run = run_count_.fetch_add(1);
  for (std::size_t index = 0; index < outputs_.size(); ++index) {
    Output& from = outputs_[index];
    hbDNNTensor& to = outputs[index];
    switch (from.fill.kind) {
      case Fill::Kind::kZeros:
      case Fill::Kind::kConstant:
        write_constant(to, from.unit);
        break;
      case Fill::Kind::kNoise:
        std::call_once(from.noise_made, [&] { from.noise = noise(to.properties, from.fill.seed); });
        copy_tensor(to.sysMem.virAddr, to.properties, from.noise.data(), dense(to.properties));
        break;
      case Fill::Kind::kCopy:
        write_copy(inputs[from.fill.input_index], to);
        break;
      case Fill::Kind::kFile: {
        const auto runs = static_cast<std::uint64_t>(from.fill.runs);
        const unsigned char* const recorded = from.recording.data() + run % runs * (from.recording.size() / runs);
        copy_tensor(to.sysMem.virAddr, to.properties, recorded, dense(to.properties));
        break;
      }
    }
  }
}

}  // namespace hbm_sim
