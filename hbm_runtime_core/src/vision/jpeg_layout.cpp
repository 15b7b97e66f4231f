// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/jpeg_layout.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "driver/error.hpp"
#include "vision/limits.hpp"

namespace hbm::vision {
namespace {

constexpr std::int32_t kBlockSide = 8;

// Second byte of a marker, as ITU-T T.81 names them; the first is 0xff.
constexpr std::uint8_t kStuffedByte = 0x00, kTemporary = 0x01;
constexpr std::uint8_t kFirstFrame = 0xc0, kProgressiveFrame = 0xc2, kLastFrame = 0xcf;
constexpr std::uint8_t kHuffmanTables = 0xc4, kReserved = 0xc8, kArithmeticTables = 0xcc, kQuantizationTables = 0xdb;
constexpr std::uint8_t kFirstRestart = 0xd0, kStart = 0xd8, kEnd = 0xd9, kScan = 0xda;

std::int64_t divide_up(std::int64_t value, std::int64_t divisor) { return (value + divisor - 1) / divisor; }

bool has_no_content(std::uint8_t marker) {
  return marker == kTemporary || (marker >= kFirstRestart && marker <= kStart);
}

bool is_frame(std::uint8_t marker) {
  return marker >= kFirstFrame && marker <= kLastFrame && marker != kHuffmanTables && marker != kReserved &&
         marker != kArithmeticTables;
}

class JpegReader {
 public:
  JpegReader(const std::uint8_t* data, std::size_t size_bytes) : data_(data), size_bytes_(size_bytes) {}

  JpegLayout read() {
    if (size_bytes_ < 2 || data_[0] != 0xff || data_[1] != kStart) {
      refuse("it does not begin as a JPEG (ff d8); is the format really jpeg?");
    }
    position_ = 2;
    for (std::uint8_t marker = next_marker(); marker != kEnd; marker = next_marker()) {
      if (!has_no_content(marker)) {
        read_segment(marker);
      }
    }
    if (frame_ == 0) {
      refuse("it is cut off before its size");
    }
    layout_.size_bytes = position_;
    require_enough_bytes();
    return layout_;
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) const {
    throw ValueError("JPEG picture of " + std::to_string(size_bytes_) + " bytes: " + reason);
  }

  [[noreturn]] void refuse_cut_off() const {
    refuse(frame_ == 0 ? "it is cut off before its size"
                       : "it is cut off or damaged: the end marker (ff d9) is missing");
  }

  /// As libjpeg does it: bytes between two segments are skipped, and so are the coded pixels, which contain no marker
  /// but those for restarts.
  std::uint8_t next_marker() {
    while (position_ < size_bytes_) {
      const auto* found =
          static_cast<const std::uint8_t*>(std::memchr(data_ + position_, 0xff, size_bytes_ - position_));
      if (found == nullptr) {
        break;
      }
      position_ = static_cast<std::size_t>(found - data_);
      while (position_ < size_bytes_ && data_[position_] == 0xff) {
        ++position_;
      }
      if (position_ == size_bytes_) {
        break;
      }
      const std::uint8_t marker = data_[position_++];
      if (marker != kStuffedByte) {
        return marker;
      }
    }
    refuse_cut_off();
  }

  void read_segment(std::uint8_t marker) {
    if (size_bytes_ - position_ < 2) {
      refuse_cut_off();
    }
    const auto length = static_cast<std::size_t>(data_[position_] << 8 | data_[position_ + 1]);
    if (length < 2) {
      refuse("it is damaged: a segment claims " + std::to_string(length) + " bytes, expected 2 or more");
    }
    if (size_bytes_ - position_ < length) {
      refuse_cut_off();
    }
    const std::uint8_t* content = data_ + position_ + 2;
    const std::uint8_t* end = data_ + position_ + length;
    position_ += length;
    if (marker == kHuffmanTables) {
      read_huffman_tables(content, end);
    } else if (marker == kQuantizationTables) {
      read_quantization_tables(content, end);
    } else if (marker == kScan) {
      if (scans_ == 0) {
        pixels_begin_ = position_;
      }
      if (++scans_ > kMaxJpegScans) {
        refuse("it has more than " + std::to_string(kMaxJpegScans) + " scans");
      }
    } else if (is_frame(marker) && frame_ == 0) {
      frame_ = marker;
      read_frame(content, end);
    }
  }

  /// Damaged tables are left to the decoder, which refuses them.
  void read_huffman_tables(const std::uint8_t* content, const std::uint8_t* end) {
    constexpr std::ptrdiff_t kHeadBytes = 17;
    while (end - content >= kHeadBytes) {
      layout_.tables |= 1U << (4 + (content[0] >> 4 & 1) * 4 + (content[0] & 3));
      std::ptrdiff_t codes = 0;
      for (std::ptrdiff_t i = 1; i < kHeadBytes; ++i) {
        codes += content[i];
      }
      content += std::min(kHeadBytes + codes, end - content);
    }
  }

  void read_quantization_tables(const std::uint8_t* content, const std::uint8_t* end) {
    while (end - content > 0) {
      layout_.tables |= 1U << (content[0] & 3);
      const std::ptrdiff_t table_bytes = 1 + (content[0] >> 4 == 0 ? 64 : 128);
      content += std::min(table_bytes, end - content);
    }
  }

  void read_frame(const std::uint8_t* content, const std::uint8_t* end) {
    constexpr std::ptrdiff_t kHeadBytes = 6;
    constexpr std::ptrdiff_t kComponentBytes = 3;
    if (end - content < kHeadBytes || end - content < kHeadBytes + kComponentBytes * content[5]) {
      refuse_cut_off();
    }
    layout_.height = content[1] << 8 | content[2];
    layout_.width = content[3] << 8 | content[4];
    const std::int64_t width = layout_.width;
    const std::int64_t height = layout_.height;
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    if (width == 0 || height == 0) {
      refuse("it is damaged: its header claims " + size + " pixels");
    }
    if (width > kMaxSide || height > kMaxSide || width * height > kMaxPixels) {
      refuse("its header claims " + size + " pixels, expected sides of at most " + std::to_string(kMaxSide) +
             " and at most " + std::to_string(kMaxPixels) + " pixels; it is damaged, or its sender must reduce it");
    }
    std::int64_t most_x = 1, most_y = 1;
    const auto for_each_component = [&](auto use) {
      for (std::int32_t i = 0; i < content[5]; ++i) {
        const std::uint8_t factors = content[kHeadBytes + kComponentBytes * i + 1];
        use(factors >> 4, factors & 15);
      }
    };
    for_each_component([&](std::int64_t x, std::int64_t y) {
      most_x = std::max(most_x, x);
      most_y = std::max(most_y, y);
    });
    for_each_component([&](std::int64_t x, std::int64_t y) {
      blocks_ +=
          divide_up(divide_up(width * x, most_x), kBlockSide) * divide_up(divide_up(height * y, most_y), kBlockSide);
    });
  }

  /// Cheapest of all is a picture of one color: a code of one bit for the mean of a block and, unless that comes in a
  /// scan of its own, one for the end of the block. Arithmetic coding has no such bound.
  void require_enough_bytes() const {
    const std::int64_t block_bits = frame_ < kProgressiveFrame ? 2 : frame_ == kProgressiveFrame ? 1 : 0;
    const auto bytes = static_cast<std::int64_t>(scans_ == 0 ? 0 : layout_.size_bytes - pixels_begin_);
    const std::int64_t least = blocks_ * block_bits / 8;
    if (bytes < least) {
      refuse("it is cut off or its header is damaged: " + std::to_string(layout_.width) + "x" +
             std::to_string(layout_.height) + " pixels take at least " + std::to_string(least) + " bytes, got " +
             std::to_string(bytes));
    }
  }

  const std::uint8_t* data_;
  std::size_t size_bytes_;
  std::size_t position_ = 0;
  std::size_t pixels_begin_ = 0;
  std::uint8_t frame_ = 0;  ///< marker of the frame; 0: none yet
  std::int32_t scans_ = 0;
  std::int64_t blocks_ = 0;
  JpegLayout layout_;
};

}  // namespace

JpegLayout read_jpeg_layout(const std::uint8_t* data, std::size_t size_bytes) {
  return JpegReader(data, size_bytes).read();
}

}  // namespace hbm::vision
