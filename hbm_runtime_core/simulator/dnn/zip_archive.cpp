// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/zip_archive.hpp"

#include <zlib.h>
#include <algorithm>
#include <memory>

#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

constexpr std::uint32_t kLocalHeaderSignature = 0x04034b50;
constexpr std::uint32_t kDirectoryHeaderSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::size_t kLocalHeaderBytes = 30;
constexpr std::size_t kDirectoryHeaderBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::uint32_t kZip64Marker = 0xffffffff;
constexpr std::uint16_t kEncryptedFlag = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

// A few kilobytes of deflate can declare gigabytes. Text and weights stay far below this ratio; a bomb does not.
constexpr std::uint64_t kLargestExpansion = 256;
constexpr std::uint64_t kFreeExpansionBytes = std::uint64_t{1} << 20;

[[noreturn]] void invalid(const std::string& text) { throw StatusError(HB_UCP_MODEL_INVALID, text); }

std::uint16_t u16(const unsigned char* bytes) { return static_cast<std::uint16_t>(bytes[0] | (bytes[1] << 8)); }

std::uint32_t u32(const unsigned char* bytes) {
  return static_cast<std::uint32_t>(u16(bytes)) | (static_cast<std::uint32_t>(u16(bytes + 2)) << 16);
}

struct Directory {
  std::uint64_t offset;
  std::uint64_t bytes;
  std::uint32_t entries;
};

Directory find_directory(const ByteSource& source) {
  const std::uint64_t size = source.size();
  const std::size_t tail_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(size, kEndBytes + kLongestComment));
  std::vector<unsigned char> tail(tail_bytes);
  source.read(size - tail_bytes, tail.data(), tail_bytes);
  for (std::size_t back = kEndBytes; back <= tail_bytes; ++back) {
    const unsigned char* end = tail.data() + (tail_bytes - back);
    // The comment must fill the rest exactly, else four bytes of a member could pass for the signature.
    if (u32(end) != kEndSignature || u16(end + 20) != back - kEndBytes) {
      continue;
    }
    if (u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != u16(end + 10)) {
      invalid("the zip archive is split over several disks, which is not supported");
    }
    const Directory directory{u32(end + 16), u32(end + 12), u16(end + 10)};
    if (directory.offset == kZip64Marker || directory.bytes == kZip64Marker) {
      invalid("the zip archive is ZIP64 (4 GiB or more), which is not supported");
    }
    if (directory.offset + directory.bytes > size - back) {
      invalid("the zip directory points outside the file: it is damaged; copy it again");
    }
    return directory;
  }
  invalid("the zip directory at the end is missing: the file is truncated; copy it again");
}

}  // namespace

ZipArchive::ZipArchive(const ByteSource& source) : source_(source) {
  const Directory directory = find_directory(source);
  directory_offset_ = directory.offset;
  std::vector<unsigned char> bytes(static_cast<std::size_t>(directory.bytes));
  source.read(directory.offset, bytes.data(), bytes.size());
  std::size_t at = 0;
  for (std::uint32_t index = 0; index < directory.entries; ++index) {
    if (bytes.size() - at < kDirectoryHeaderBytes || u32(bytes.data() + at) != kDirectoryHeaderSignature) {
      invalid("entry " + std::to_string(index) + " of the zip directory is damaged");
    }
    const unsigned char* header = bytes.data() + at;
    const std::size_t name_bytes = u16(header + 28);
    const std::size_t entry_bytes = kDirectoryHeaderBytes + name_bytes + u16(header + 30) + u16(header + 32);
    if (bytes.size() - at < entry_bytes) {
      invalid("entry " + std::to_string(index) + " of the zip directory is cut off");
    }
    const std::string name(reinterpret_cast<const char*>(header + kDirectoryHeaderBytes), name_bytes);
    add_entry(name, u16(header + 8),
              Entry{u16(header + 10), u32(header + 16), u32(header + 20), u32(header + 24), u32(header + 42)});
    at += entry_bytes;
  }
}

void ZipArchive::add_entry(const std::string& name, std::uint16_t flags, const Entry& entry) {
  if ((flags & kEncryptedFlag) != 0) {
    invalid("zip member '" + name + "' is encrypted, which is not supported");
  }
  if (entry.bytes == kZip64Marker || entry.compressed_bytes == kZip64Marker) {
    invalid("zip member '" + name + "' is ZIP64 (4 GiB or more), which is not supported");
  }
  if (entry.method != kStored && entry.method != kDeflated) {
    invalid("zip member '" + name + "' uses compression method " + std::to_string(entry.method) +
            "; expected 0 (stored) or 8 (deflate)");
  }
  if (entry.method == kStored && entry.bytes != entry.compressed_bytes) {
    invalid("zip member '" + name + "' is stored, but its two sizes differ: it is damaged");
  }
  if (entry.bytes > kFreeExpansionBytes && entry.bytes / kLargestExpansion > entry.compressed_bytes) {
    invalid("zip member '" + name + "' claims to expand from " + std::to_string(entry.compressed_bytes) + " to " +
            std::to_string(entry.bytes) + " bytes, more than " + std::to_string(kLargestExpansion) + " times: refused");
  }
  if (!entries_.emplace(name, entry).second) {
    invalid("duplicate zip member '" + name + "'");
  }
}

const ZipArchive::Entry& ZipArchive::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    invalid("zip member '" + name + "' is missing");
  }
  return found->second;
}

std::size_t ZipArchive::member_bytes(const std::string& name) const { return entry(name).bytes; }

std::uint64_t ZipArchive::data_offset(const std::string& name, const Entry& entry) const {
  unsigned char header[kLocalHeaderBytes];
  source_.read(entry.header_offset, header, sizeof header);
  if (u32(header) != kLocalHeaderSignature) {
    invalid("the local header of zip member '" + name + "' is damaged");
  }
  const std::uint64_t offset =
      std::uint64_t{entry.header_offset} + kLocalHeaderBytes + u16(header + 26) + u16(header + 28);
  if (offset + entry.compressed_bytes > directory_offset_) {
    invalid("zip member '" + name + "' reaches into the zip directory: it is damaged");
  }
  return offset;
}

void ZipArchive::inflate(const std::string& name, const Entry& entry, void* destination) const {
  constexpr std::size_t kChunkBytes = std::size_t{1} << 16;
  z_stream stream{};
  // Negative: raw deflate, as zip stores it, without zlib's own header.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    throw StatusError(HB_UCP_MEM_ALLOC_FAIL, "no memory to decompress zip member '" + name + "'");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  std::vector<unsigned char> chunk(kChunkBytes);
  std::uint64_t offset = data_offset(name, entry);
  std::uint32_t left = entry.compressed_bytes;
  stream.next_out = static_cast<Bytef*>(destination);
  stream.avail_out = entry.bytes;
  int result = Z_OK;
  while (result == Z_OK && left > 0) {
    const std::size_t count = std::min<std::size_t>(left, kChunkBytes);
    source_.read(offset, chunk.data(), count);
    offset += count;
    left -= static_cast<std::uint32_t>(count);
    stream.next_in = chunk.data();
    stream.avail_in = static_cast<uInt>(count);
    result = ::inflate(&stream, Z_NO_FLUSH);
  }
  if (result != Z_STREAM_END || stream.total_out != entry.bytes) {
    invalid("zip member '" + name + "' does not decompress to the " + std::to_string(entry.bytes) +
            " bytes it claims: it is damaged");
  }
}

void ZipArchive::read(const std::string& name, void* destination) const {
  const Entry& member = entry(name);
  if (member.method == kStored) {
    source_.read(data_offset(name, member), destination, member.bytes);
  } else {
    inflate(name, member, destination);
  }
  const auto* bytes = static_cast<const Bytef*>(destination);
  if (::crc32_z(::crc32(0, nullptr, 0), bytes, member.bytes) != member.crc32) {
    invalid("zip member '" + name + "' fails its CRC-32 check: it is damaged; copy it again");
  }
}

std::string ZipArchive::read_text(const std::string& name, std::size_t limit_bytes) const {
  const std::size_t bytes = member_bytes(name);
  if (bytes > limit_bytes) {
    invalid("zip member '" + name + "' has " + std::to_string(bytes) + " bytes, more than the " +
            std::to_string(limit_bytes) + " allowed");
  }
  std::string text(bytes, '\0');
  read(name, text.data());
  return text;
}

}  // namespace hbm_sim
