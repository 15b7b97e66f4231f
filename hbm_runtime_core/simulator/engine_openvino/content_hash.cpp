// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/content_hash.hpp"

#include <cstring>

namespace hbm_sim {
namespace {

__extension__ using Wide = unsigned __int128;

// Digits of pi, one pair a lane: numbers without a pattern that somebody chose.
constexpr std::array<std::uint64_t, 2> kFactor{0xa4093822299f31d0, 0x082efa98ec4e6c89};
constexpr std::array<std::uint64_t, 2> kStep{0x452821e638d01377, 0xbe5466cf34e90c6c};

/// Every bit of the product depends on the bits of both factors; its halves are laid over each other.
std::uint64_t fold(std::uint64_t left, std::uint64_t right) {
  const Wide product = Wide{left} * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

void ContentHash::mix(std::uint64_t first, std::uint64_t second) {
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    // The step keeps a lane that became zero from staying it through zeros.
    lanes_[lane] = fold(first ^ kFactor[lane], second ^ lanes_[lane]) + kStep[lane];
  }
}

void ContentHash::add(const void* data, std::size_t bytes) {
  const auto* at = static_cast<const unsigned char*>(data);
  mix(bytes, bytes);
  std::uint64_t block[2];
  for (; bytes >= sizeof block; bytes -= sizeof block, at += sizeof block) {
    std::memcpy(block, at, sizeof block);
    mix(block[0], block[1]);
  }
  if (bytes > 0) {
    // Zeros fill the last block: the length above tells them from zeros of the content.
    block[0] = block[1] = 0;
    std::memcpy(block, at, bytes);
    mix(block[0], block[1]);
  }
}

std::string ContentHash::hexadecimal() const {
  constexpr const char* kDigits = "0123456789abcdef";
  ContentHash last = *this;
  last.mix(0, 0);
  std::string text;
  for (const std::uint64_t lane : last.lanes_) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      text += kDigits[(lane >> shift) & 0xf];
    }
  }
  return text;
}

}  // namespace hbm_sim
