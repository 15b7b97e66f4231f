// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads plain CDR (version 1), the encoding in which every ROS 2 middleware hands over serialized messages: a header of
// four bytes, then fields that are aligned to their own size, counted from the end of that header.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hbm_wire {

// The bytes are not a valid message. Becomes hbm_runtime_ros.WireError (a ValueError) in Python.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ByteView {
  const std::uint8_t* data = nullptr;
  std::size_t size_bytes = 0;
};

class CdrReader {
 public:
  static constexpr std::size_t kHeaderBytes = 4;

  // `type` names the message in errors.
  CdrReader(const std::uint8_t* data, std::size_t size_bytes, std::string_view type)
      : begin_(data), size_bytes_(size_bytes), type_(type) {
    if (size_bytes < kHeaderBytes) {
      fail("expected a CDR header of 4 bytes, got " + std::to_string(size_bytes) + " bytes in all");
    }
    // 0 and 1 are plain CDR in big and little endian; parameter lists and CDR 2 (2 and above) have another layout.
    if (data[0] != 0 || data[1] > 1) {
      fail("unknown CDR encoding " + std::to_string(data[0] * 256 + data[1]) +
           ", expected 0 (big endian) or 1 (little endian)");
    }
    swap_ = (data[1] == 1) != host_is_little_endian();
    origin_ = position_ = kHeaderBytes;
  }

  // Reads a C struct of numbers and fixed arrays. Its members are aligned to their own size as the fields of a
  // serialized message are, so it reads as one without the header, in this machine's byte order.
  static CdrReader of_struct(const std::uint8_t* data, std::size_t size_bytes, std::string_view type) {
    CdrReader reader;
    reader.begin_ = data;
    reader.size_bytes_ = size_bytes;
    reader.type_ = type;
    return reader;
  }

  template <typename T>
  T read(const char* field) {
    align(sizeof(T));
    need(sizeof(T), field);
    T value;
    if (swap_) {
      std::uint8_t bytes[sizeof(T)] = {};
      std::reverse_copy(begin_ + position_, begin_ + position_ + sizeof(T), bytes);
      std::memcpy(&value, bytes, sizeof(T));
    } else {
      std::memcpy(&value, begin_ + position_, sizeof(T));
    }
    position_ += sizeof(T);
    return value;
  }

  // A view into the message, without the closing NUL.
  std::string_view read_string(const char* field) {
    const auto size_bytes = read<std::uint32_t>(field);
    need(size_bytes, field);
    const auto* text = reinterpret_cast<const char*>(begin_ + position_);
    if (size_bytes > 0 && text[size_bytes - 1] != '\0') {
      fail(std::string("field '") + field + "' is a string without its closing NUL");
    }
    position_ += size_bytes;
    return {text, size_bytes > 0 ? size_bytes - 1 : 0};
  }

  template <typename T>
  std::vector<T> read_sequence(const char* field) {
    const auto count = read<std::uint32_t>(field);
    std::vector<T> values;
    if (count > 0) {  // an empty sequence is not followed by the padding of its elements
      align(sizeof(T));
      need(count * sizeof(T), field);  // before the memory for it is taken
      values.reserve(count);
      for (std::uint32_t i = 0; i < count; ++i) {
        values.push_back(read<T>(field));
      }
    }
    return values;
  }

  // A view of an uint8[] field.
  ByteView read_bytes(const char* field) { return read_fixed_bytes(read<std::uint32_t>(field), field); }

  // A view of an uint8[size_bytes] field.
  ByteView read_fixed_bytes(std::size_t size_bytes, const char* field) {
    need(size_bytes, field);
    const ByteView view{begin_ + position_, size_bytes};
    position_ += size_bytes;
    return view;
  }

 private:
  CdrReader() = default;

  static bool host_is_little_endian() {
    const std::uint16_t one = 1;
    std::uint8_t first;
    std::memcpy(&first, &one, 1);
    return first == 1;
  }

  void align(std::size_t size_bytes) {
    const std::size_t past = (position_ - origin_) % size_bytes;
    if (past != 0) {
      position_ += size_bytes - past;
    }
  }

  void need(std::size_t size_bytes, const char* field) const {
    if (position_ > size_bytes_ || size_bytes > size_bytes_ - position_) {
      fail(std::string("field '") + field + "' needs " + std::to_string(size_bytes) + " bytes from byte " +
           std::to_string(position_) + ", the message ends at byte " + std::to_string(size_bytes_));
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw WireError("serialized " + std::string(type_) + ": " + what +
                    "; was it cut, or does the topic carry another type?");
  }

  const std::uint8_t* begin_ = nullptr;
  std::size_t size_bytes_ = 0;
  std::string_view type_;
  std::size_t origin_ = 0;  // from where alignment counts
  std::size_t position_ = 0;
  bool swap_ = false;
};

}  // namespace hbm_wire
