// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/network_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "engine_openvino/content_hash.hpp"

namespace hbm_sim {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kAbandonedAfter{1};
constexpr char kMagic[8] = {'H', 'B', 'M', 'S', 'I', 'M', 'N', '2'};
constexpr const char* kSuffix = ".network";
constexpr const char* kUnfinishedPrefix = ".unfinished-";

struct Header {
  char magic[sizeof kMagic];
  std::uint64_t bytes;
  std::uint64_t checksum;
};

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

bool read_all(int descriptor, void* destination, std::size_t bytes) {
  auto* out = static_cast<char*>(destination);
  while (bytes > 0) {
    const ssize_t got = ::read(descriptor, out, bytes);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return false;
    }
    out += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int descriptor, const void* source, std::size_t bytes) {
  const auto* in = static_cast<const char*>(source);
  while (bytes > 0) {
    const ssize_t put = ::write(descriptor, in, bytes);
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return false;
    }
    in += put;
    bytes -= static_cast<std::size_t>(put);
  }
  return true;
}

}  // namespace

std::string NetworkCache::path(const std::string& key) const { return folder_ + "/" + key + kSuffix; }

std::optional<std::string> NetworkCache::read(const std::string& key) const {
  const Descriptor file(::open(path(key).c_str(), O_RDONLY | O_CLOEXEC));
  Header header;
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !read_all(file.get(), &header, sizeof header) ||
      std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 ||
      static_cast<std::uint64_t>(status.st_size) != sizeof header + header.bytes) {
    return std::nullopt;
  }
  std::string content(static_cast<std::size_t>(header.bytes), '\0');
  if (!read_all(file.get(), content.data(), content.size()) || checksum(content) != header.checksum) {
    return std::nullopt;
  }
  // The time of the last use decides what is removed first.
  ::futimens(file.get(), nullptr);
  return content;
}

void NetworkCache::write(const std::string& key, const std::string& content) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  std::string unfinished = folder_ + "/" + kUnfinishedPrefix + "XXXXXX";
  const Descriptor file(::mkostemp(unfinished.data(), O_CLOEXEC));
  if (file.get() < 0) {
    return;
  }
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.bytes = content.size();
  header.checksum = checksum(content);
  // On disk before it gets its name: a robot may lose power at any time.
  const bool is_written = write_all(file.get(), &header, sizeof header) &&
                          write_all(file.get(), content.data(), content.size()) && ::fsync(file.get()) == 0;
  if (!is_written || ::rename(unfinished.c_str(), path(key).c_str()) != 0) {
    ::unlink(unfinished.c_str());
    return;
  }
  shrink();
}

void NetworkCache::remove(const std::string& key) const { ::unlink(path(key).c_str()); }

void NetworkCache::shrink() const {
  struct Entry {
    fs::path path;
    fs::file_time_type used;
    std::uintmax_t bytes;
  };
  std::vector<Entry> entries;
  std::uintmax_t total = 0;
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;  // Another process may have removed it.
    const Entry entry{at->path(), at->last_write_time(gone), at->file_size(gone)};
    if (gone) {
      continue;
    }
    if (entry.path.filename().string().rfind(kUnfinishedPrefix, 0) == 0) {
      if (now - entry.used > kAbandonedAfter) {
        fs::remove(entry.path, gone);
      }
    } else if (entry.path.extension() == kSuffix) {
      total += entry.bytes;
      entries.push_back(entry);
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& left, const Entry& right) { return left.used < right.used; });
  for (const Entry& entry : entries) {
    if (total <= largest_folder_bytes_) {
      break;
    }
    std::error_code gone;
    fs::remove(entry.path, gone);
    total -= entry.bytes;
  }
}

}  // namespace hbm_sim
