// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

struct zip;
struct zip_source;

namespace hbm_sim {

/// The members of a zip archive, read by libzip.
///
/// Stricter than libzip, because the file may come from anywhere: members that are encrypted, of another compression
/// than deflate, duplicate, too large, or that claim to expand more than real content does are refused before memory is
/// taken for them. Everything throws StatusError.
class ZipArchive {
 public:
  /// A file, which stays open, so that all reads see one inode even if it is replaced.
  explicit ZipArchive(const std::string& path);
  /// A buffer of the caller, which must outlive the archive.
  ZipArchive(const void* data, std::uint64_t bytes);

  bool contains(const std::string& name) const { return members_.count(name) > 0; }

  /// Size of a member after decompression.
  std::size_t member_bytes(const std::string& name) const { return member(name).bytes; }

  /// Decompresses a member into `destination`, which holds member_bytes(name) bytes, and checks its CRC-32.
  void read(const std::string& name, void* destination) const;

  /// The whole member as text, at most `limit_bytes` long.
  std::string read_text(const std::string& name, std::size_t limit_bytes) const;

 private:
  struct Member {
    std::uint64_t index;
    std::size_t bytes;
  };
  struct Discard {
    void operator()(zip* archive) const;
  };

  void open(zip_source* source);
  void add_member(std::uint64_t index, std::uint64_t archive_bytes);
  const Member& member(const std::string& name) const;

  std::unique_ptr<zip, Discard> archive_;
  std::map<std::string, Member> members_;
};

}  // namespace hbm_sim
