// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/zip_archive.hpp"

#include <sys/stat.h>
#include <zip.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

constexpr std::uint64_t kLargestMemberBytes = std::uint64_t{0xffffffff};
// A few kilobytes of deflate can declare gigabytes. Text and weights stay far below this ratio; a zip bomb does not.
constexpr std::uint64_t kLargestExpansion = 256;
constexpr std::uint64_t kFreeExpansionBytes = std::uint64_t{1} << 20;

[[noreturn]] void invalid(const std::string& text) { throw StatusError(HB_UCP_MODEL_INVALID, text); }

/// `what` failed for a reason that libzip knows. errno was 0 before: libzip reports some of its own allocations that
/// failed as a damaged file.
[[noreturn]] void fail(const std::string& what, zip_error_t* error) {
  const bool no_memory = errno == ENOMEM;
  const int code = zip_error_code_zip(error);
  const std::string text = what + " (" + zip_error_strerror(error) + ")";
  zip_error_fini(error);
  if (code == ZIP_ER_MEMORY || no_memory) {
    throw StatusError(HB_UCP_MEM_ALLOC_FAIL, text);
  }
  if (code == ZIP_ER_READ) {
    throw StatusError(HB_UCP_FILE_OPEN_FAILED, text);
  }
  invalid(text + ": the file is truncated, damaged or still being written; copy it again");
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

std::unique_ptr<std::FILE, Close> open_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw StatusError(HB_UCP_FILE_OPEN_FAILED, "expected a regular file, got a directory or device");
  }
  std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    const int reason = errno;
    throw StatusError(reason == ENOMEM ? HB_UCP_MEM_ALLOC_FAIL : HB_UCP_FILE_OPEN_FAILED,
                      std::string("cannot open the file: ") + std::strerror(reason));
  }
  return file;
}

/// What a file is that is no simulated model file.
void require_zip(zip_source_t* source) {
  char magic[4] = {};
  zip_int64_t bytes = -1;
  if (zip_source_open(source) == 0) {
    bytes = zip_source_read(source, magic, sizeof magic);
    zip_source_close(source);
  }
  if (bytes == 0) {
    invalid("expected a simulated model file, got an empty file");
  }
  if (std::memcmp(magic, "\177ELF", sizeof magic) == 0) {
    invalid(
        "expected a simulated model file, got an ELF file: a model compiled for the BPU, which runs on the board only. "
        "For the simulator, pack the network that it was compiled from: hbm pack NETWORK.onnx -o MODEL.hbm");
  }
  // An archive without members starts with its end record.
  if (std::memcmp(magic, "PK\3\4", sizeof magic) != 0 && std::memcmp(magic, "PK\5\6", sizeof magic) != 0) {
    invalid(
        "expected a simulated model file, got a file that is not a zip archive; make one from a network: "
        "hbm pack NETWORK.onnx -o MODEL.hbm");
  }
}

}  // namespace

void ZipArchive::Discard::operator()(zip* archive) const { zip_discard(archive); }

ZipArchive::ZipArchive(const std::string& path) {
  std::unique_ptr<std::FILE, Close> file = open_file(path);
  errno = 0;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_filep_create(file.get(), 0, -1, &error);
  if (source == nullptr) {
    fail("the file cannot be read", &error);
  }
  static_cast<void>(file.release());  // The source closes it.
  open(source);
}

ZipArchive::ZipArchive(const void* data, std::uint64_t bytes) {
  errno = 0;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(data, bytes, 0, &error);
  if (source == nullptr) {
    fail("the model data cannot be read", &error);
  }
  open(source);
}

void ZipArchive::open(zip_source* source) {
  // Until the archive is open, the source is not its own.
  std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> owned(source, zip_source_free);
  require_zip(source);
  errno = 0;
  zip_stat_t whole;
  zip_error_t error;
  zip_error_init(&error);
  archive_.reset(zip_source_stat(source, &whole) == 0 ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr);
  if (archive_ == nullptr) {
    fail("the zip directory cannot be read", &error);
  }
  static_cast<void>(owned.release());
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t index = 0; index < count; ++index) {
    add_member(static_cast<std::uint64_t>(index), whole.size);
  }
}

void ZipArchive::add_member(std::uint64_t index, std::uint64_t archive_bytes) {
  zip_stat_t entry;
  if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &entry) != 0) {
    fail("entry " + std::to_string(index) + " of the zip directory cannot be read", zip_get_error(archive_.get()));
  }
  const std::string member = std::string("zip member '") + entry.name + "'";
  if (entry.encryption_method != ZIP_EM_NONE) {
    invalid(member + " is encrypted, which is not supported");
  }
  if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE) {
    invalid(member + " uses compression method " + std::to_string(entry.comp_method) +
            "; expected 0 (stored) or 8 (deflate)");
  }
  if (entry.size >= kLargestMemberBytes) {
    invalid(member + " has " + std::to_string(entry.size) + " bytes; expected less than 4 GiB");
  }
  if (entry.comp_size > archive_bytes || (entry.comp_method == ZIP_CM_STORE && entry.size != entry.comp_size)) {
    invalid(member + " claims a size that it cannot have: it is damaged; copy the file again");
  }
  if (entry.size > kFreeExpansionBytes && entry.size / kLargestExpansion > entry.comp_size) {
    invalid(member + " claims to expand from " + std::to_string(entry.comp_size) + " to " + std::to_string(entry.size) +
            " bytes, more than " + std::to_string(kLargestExpansion) + " times: refused");
  }
  if (!members_.emplace(entry.name, Member{index, static_cast<std::size_t>(entry.size)}).second) {
    invalid("duplicate " + member);
  }
}

const ZipArchive::Member& ZipArchive::member(const std::string& name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) {
    invalid("zip member '" + name + "' is missing");
  }
  return found->second;
}

void ZipArchive::read(const std::string& name, void* destination) const {
  const Member& wanted = member(name);
  const std::string damaged = "zip member '" + name + "' is damaged";
  errno = 0;
  const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(archive_.get(), wanted.index, 0));
  if (file == nullptr) {
    fail(damaged, zip_get_error(archive_.get()));
  }
  const zip_int64_t bytes = zip_fread(file.get(), destination, wanted.bytes);
  // libzip compares size and checksum when it reaches the end.
  char beyond = 0;
  const zip_int64_t more = bytes < 0 ? bytes : zip_fread(file.get(), &beyond, 1);
  if (more < 0) {
    fail(damaged, zip_file_get_error(file.get()));
  }
  if (more > 0 || static_cast<std::uint64_t>(bytes) != wanted.bytes) {
    invalid(damaged + ": it does not decompress to the " + std::to_string(wanted.bytes) + " bytes that it claims");
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
