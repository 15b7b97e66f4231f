// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/sha256.hpp"

#include <algorithm>
#include <cstring>

namespace hbm_sim {
namespace {

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kRoundConstants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t rotate(std::uint32_t value, int count) { return (value >> count) | (value << (32 - count)); }

std::uint32_t big_endian(const unsigned char* bytes) {
  return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) | bytes[3];
}

}  // namespace

void Sha256::compress(const unsigned char* block) {
  std::array<std::uint32_t, 64> words;
  for (std::size_t at = 0; at < 16; ++at) {
    words[at] = big_endian(block + 4 * at);
  }
  for (std::size_t at = 16; at < 64; ++at) {
    const std::uint32_t early = words[at - 15];
    const std::uint32_t late = words[at - 2];
    words[at] = words[at - 16] + (rotate(early, 7) ^ rotate(early, 18) ^ (early >> 3)) + words[at - 7] +
                (rotate(late, 17) ^ rotate(late, 19) ^ (late >> 10));
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (std::size_t at = 0; at < 64; ++at) {
    const std::uint32_t first =
        h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + kRoundConstants[at] + words[at];
    const std::uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const std::array<std::uint32_t, 8> added{a, b, c, d, e, f, g, h};
  for (std::size_t at = 0; at < state_.size(); ++at) {
    state_[at] += added[at];
  }
}

void Sha256::update(const void* data, std::size_t bytes) {
  const auto* input = static_cast<const unsigned char*>(data);
  total_bytes_ += bytes;
  while (bytes > 0) {
    if (buffered_ == 0 && bytes >= kBlockBytes) {
      compress(input);
      input += kBlockBytes;
      bytes -= kBlockBytes;
      continue;
    }
    const std::size_t count = std::min(bytes, kBlockBytes - buffered_);
    std::memcpy(buffer_.data() + buffered_, input, count);
    buffered_ += count;
    input += count;
    bytes -= count;
    if (buffered_ == kBlockBytes) {
      compress(buffer_.data());
      buffered_ = 0;
    }
  }
}

void Sha256::update_part(const void* data, std::size_t bytes) {
  const std::uint64_t length = bytes;
  update(&length, sizeof length);
  update(data, bytes);
}

std::string Sha256::hexadecimal() {
  const std::uint64_t bits = total_bytes_ * 8;
  std::array<unsigned char, 2 * kBlockBytes> padding{};
  padding[0] = 0x80;
  const std::size_t zeros_end = buffered_ < 56 ? 56 - buffered_ : 56 + kBlockBytes - buffered_;
  for (std::size_t at = 0; at < 8; ++at) {
    padding[zeros_end + at] = static_cast<unsigned char>(bits >> (56 - 8 * at));
  }
  update(padding.data(), zeros_end + 8);
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint32_t word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) {
      text += kDigits[(word >> shift) & 0xf];
    }
  }
  return text;
}

}  // namespace hbm_sim
