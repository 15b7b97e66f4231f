// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// What fuzz targets have in common. A target is a file targets/NAME.cpp with one HBM_FUZZ_TARGET(NAME, input) { ... }.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace hbm_fuzz {

/// The bytes of one execution, taken from the front. When they are used up, all that is taken is zero.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size_bytes) : data_(data), left_(size_bytes) {}

  template <typename T>
  T take() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    const std::size_t bytes = std::min(sizeof(T), left_);
    std::memcpy(&value, data_, bytes);
    advance(bytes);
    return value;
  }
  bool flip() { return (take<std::uint8_t>() & 1U) != 0; }
  /// From `low` to `high`, both included, at most 65536 values.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const std::int64_t count = high - low + 1;
    return low + (count <= 256 ? take<std::uint8_t>() : take<std::uint16_t>()) % count;
  }
  template <typename T, std::size_t Count>
  const T& one_of(const T (&values)[Count]) {
    return values[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(Count) - 1))];
  }

  const std::uint8_t* data() const { return data_; }
  std::size_t left() const { return left_; }
  /// Up to `count` bytes, in memory of exactly that size: reading beyond it is found.
  std::vector<std::uint8_t> bytes(std::size_t count) {
    count = std::min(count, left_);
    std::vector<std::uint8_t> copy(data_, data_ + count);
    copy.shrink_to_fit();
    advance(count);
    return copy;
  }
  std::vector<std::uint8_t> rest() { return bytes(left_); }
  std::string text(std::size_t count) {
    const std::vector<std::uint8_t> copy = bytes(count);
    return {copy.begin(), copy.end()};
  }
  /// `count` bytes that repeat what is left, a little changed each time: large arrays from small inputs.
  std::vector<std::uint8_t> repeated(std::size_t count) {
    std::vector<std::uint8_t> filled(count);
    for (std::size_t i = 0; i < count && left_ > 0; ++i) {
      filled[i] = static_cast<std::uint8_t>(data_[i % left_] + i / left_);
    }
    return filled;
  }

 private:
  void advance(std::size_t bytes) {
    data_ += bytes;
    left_ -= bytes;
  }

  const std::uint8_t* data_;
  std::size_t left_;
};

/// Ends the program where a target finds a wrong result: what every fuzzer takes for a finding.
inline void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

using Target = void (*)(Input);

#ifdef HBM_FUZZ_REPLAY
/// Makes a target known to the program that runs its corpus.
struct Registration {
  Registration(const char* name, Target target);
};
#define HBM_FUZZ_TARGET(name, input)                                       \
  static void name##_target(hbm_fuzz::Input);                              \
  static hbm_fuzz::Registration name##_registration(#name, name##_target); \
  static void name##_target(hbm_fuzz::Input input)
#else
#define HBM_FUZZ_TARGET(name, input)                                                        \
  static void name##_target(hbm_fuzz::Input);                                               \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) { \
    name##_target({data, size_bytes});                                                      \
    return 0;                                                                               \
  }                                                                                         \
  static void name##_target(hbm_fuzz::Input input)
#endif

}  // namespace hbm_fuzz
