// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes plain CDR (version 1) in little endian. A message is described once, as a function template over its sink:
// with CdrSizer it is measured, with CdrWriter written into a buffer of that size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "The writer copies numbers from memory as they are, which needs a little-endian host."
#endif

namespace hbm_wire {

constexpr std::uint8_t kCdrLittleEndianHeader[4] = {0, 1, 0, 0};

class CdrSizer {
 public:
  std::size_t size_bytes() const { return position_ + sizeof(kCdrLittleEndianHeader); }

  template <typename T>
  void write(T) {
    static_assert(std::is_arithmetic_v<T>);
    align(sizeof(T));
    position_ += sizeof(T);
  }

  void write_string(std::string_view text) {
    write(std::uint32_t{});
    position_ += text.size() + 1;
  }

  template <typename T>
  void write_sequence(const T*, std::size_t count) {
    write(std::uint32_t{});
    if (count > 0) {  // an empty sequence is not followed by the padding of its elements
      align(sizeof(T));
      position_ += count * sizeof(T);
    }
  }

  // An uint8[] of `size_bytes` that `fill(std::uint8_t*)` writes in place.
  template <typename Fill>
  void write_bytes(std::size_t size_bytes, Fill&&) {
    write(std::uint32_t{});
    position_ += size_bytes;
  }

 private:
  void align(std::size_t size_bytes) { position_ = (position_ + size_bytes - 1) / size_bytes * size_bytes; }

  std::size_t position_ = 0;  // from the end of the CDR header
};

class CdrWriter {
 public:
  // `buffer` holds what a CdrSizer measured for the same message.
  explicit CdrWriter(std::uint8_t* buffer) : body_(buffer + sizeof(kCdrLittleEndianHeader)) {
    std::memcpy(buffer, kCdrLittleEndianHeader, sizeof(kCdrLittleEndianHeader));
  }

  template <typename T>
  void write(T value) {
    align(sizeof(T));
    std::memcpy(body_ + position_, &value, sizeof(T));
    position_ += sizeof(T);
  }

  void write_string(std::string_view text) {
    write(static_cast<std::uint32_t>(text.size() + 1));
    std::memcpy(body_ + position_, text.data(), text.size());
    body_[position_ + text.size()] = 0;
    position_ += text.size() + 1;
  }

  template <typename T>
  void write_sequence(const T* values, std::size_t count) {
    write(static_cast<std::uint32_t>(count));
    if (count > 0) {
      align(sizeof(T));
      std::memcpy(body_ + position_, values, count * sizeof(T));
      position_ += count * sizeof(T);
    }
  }

  template <typename Fill>
  void write_bytes(std::size_t size_bytes, Fill&& fill) {
    write(static_cast<std::uint32_t>(size_bytes));
    fill(body_ + position_);
    position_ += size_bytes;
  }

 private:
  // Padding is written as zeros: the buffer is reused, and equal messages must be equal bytes.
  void align(std::size_t size_bytes) {
    while (position_ % size_bytes != 0) {
      body_[position_++] = 0;
    }
  }

  std::uint8_t* body_;
  std::size_t position_ = 0;
};

}  // namespace hbm_wire
