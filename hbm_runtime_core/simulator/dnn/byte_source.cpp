// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

void require_range(std::uint64_t size, std::uint64_t offset, std::size_t bytes) {
  if (offset > size || bytes > size - offset) {
    throw StatusError(HB_UCP_MODEL_INVALID, "expected bytes " + std::to_string(offset) + " to " +
                                                std::to_string(offset + bytes) + ", but the file ends at " +
                                                std::to_string(size) + ": it is truncated; copy it again");
  }
}

}  // namespace

FileSource::FileSource(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), size_(0) {
  if (descriptor_ < 0) {
    throw StatusError(HB_UCP_FILE_OPEN_FAILED, std::string("cannot open the file: ") + std::strerror(errno));
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw StatusError(HB_UCP_FILE_OPEN_FAILED, "expected a regular file, got a directory or device");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

FileSource::~FileSource() { ::close(descriptor_); }

void FileSource::read(std::uint64_t offset, void* destination, std::size_t bytes) const {
  require_range(size_, offset, bytes);
  auto* out = static_cast<unsigned char*>(destination);
  while (bytes > 0) {
    const ssize_t got = ::pread(descriptor_, out, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      throw StatusError(HB_UCP_FILE_OPEN_FAILED, std::string("cannot read the file: ") + std::strerror(errno));
    }
    if (got == 0) {
      throw StatusError(
          HB_UCP_MODEL_INVALID,
          "the file became shorter while it was read: another program is writing it; load it again when that is "
          "done");
    }
    out += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
}

void MemorySource::read(std::uint64_t offset, void* destination, std::size_t bytes) const {
  require_range(size_, offset, bytes);
  if (bytes > 0) {
    std::memcpy(destination, data_ + offset, bytes);
  }
}

}  // namespace hbm_sim
