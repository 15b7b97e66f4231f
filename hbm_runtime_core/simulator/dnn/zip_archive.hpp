// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_DNN_ZIP_ARCHIVE_HPP_
#define HBM_SIM_DNN_ZIP_ARCHIVE_HPP_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dnn/byte_source.hpp"

namespace hbm_sim {

/// Reads the members of a zip archive (stored or deflated) as the PKWARE application note 6.3.3 describes it.
///
/// Strict: every size and offset is checked against the archive before memory is taken for it, members are checked
/// against their CRC-32, and what this reader does not know (encryption, ZIP64, other methods) is refused by name.
class ZipArchive {
 public:
  /// Reads the central directory. `source` must outlive the archive. Throws StatusError.
  explicit ZipArchive(const ByteSource& source);

  bool contains(const std::string& name) const { return entries_.count(name) > 0; }

  /// Size of a member after decompression; throws StatusError when there is no such member.
  std::size_t member_bytes(const std::string& name) const;

  /// Decompresses a member into `destination`, which holds member_bytes(name) bytes.
  void read(const std::string& name, void* destination) const;

  /// The whole member as text, at most `limit_bytes` long.
  std::string read_text(const std::string& name, std::size_t limit_bytes) const;

 private:
  struct Entry {
    std::uint16_t method;
    std::uint32_t crc32;
    std::uint32_t compressed_bytes;
    std::uint32_t bytes;
    std::uint32_t header_offset;
  };

  const Entry& entry(const std::string& name) const;
  void add_entry(const std::string& name, std::uint16_t flags, const Entry& entry);
  std::uint64_t data_offset(const std::string& name, const Entry& entry) const;
  void inflate(const std::string& name, const Entry& entry, void* destination) const;

  const ByteSource& source_;
  std::uint64_t directory_offset_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_DNN_ZIP_ARCHIVE_HPP_
