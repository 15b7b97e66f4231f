// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_DNN_BYTE_SOURCE_HPP_
#define HBM_SIM_DNN_BYTE_SOURCE_HPP_

#include <cstddef>
#include <cstdint>
#include <string>

namespace hbm_sim {

/// Where the bytes of a model come from. Everything is read while loading: a file that is replaced later does no harm.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual std::uint64_t size() const = 0;

  /// Reads exactly `bytes` bytes; throws StatusError when the range is not there.
  virtual void read(std::uint64_t offset, void* destination, std::size_t bytes) const = 0;

 protected:
  ByteSource() = default;
  ByteSource(const ByteSource&) = default;
  ByteSource& operator=(const ByteSource&) = default;
};

/// A file, open for the lifetime of the object, so that all reads see one inode.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::string& path);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::uint64_t size() const override { return size_; }
  void read(std::uint64_t offset, void* destination, std::size_t bytes) const override;

 private:
  int descriptor_;
  std::uint64_t size_;
};

/// A buffer of the caller, used only during the call that loads it.
class MemorySource final : public ByteSource {
 public:
  MemorySource(const void* data, std::uint64_t size) : data_(static_cast<const unsigned char*>(data)), size_(size) {}

  std::uint64_t size() const override { return size_; }
  void read(std::uint64_t offset, void* destination, std::size_t bytes) const override;

 private:
  const unsigned char* data_;
  std::uint64_t size_;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_DNN_BYTE_SOURCE_HPP_
