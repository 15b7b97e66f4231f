// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn_model_file.hpp"

#include <stdlib.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace hbm_sim_test {
namespace {

void put16(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value & 0xff);
  out += static_cast<char>((value >> 8) & 0xff);
}

void put32(std::string& out, std::uint32_t value) {
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}

std::string raw_deflate(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string make_zip(const std::vector<Member>& members) {
  std::string archive;
  std::string directory;
  for (const Member& member : members) {
    const std::string data = member.deflated ? raw_deflate(member.content) : member.content;
    const auto checksum = static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(member.content.data()), member.content.size()));
    const std::uint32_t bytes =
        member.claimed_bytes != 0 ? member.claimed_bytes : static_cast<std::uint32_t>(member.content.size());
    const auto offset = static_cast<std::uint32_t>(archive.size());
    // What the local and the directory header have in common.
    std::string common;
    put16(common, 20);
    put16(common, member.flags);
    put16(common, member.method != 0xffff ? member.method : (member.deflated ? 8 : 0));
    put32(common, 0);
    put32(common, checksum);
    put32(common, static_cast<std::uint32_t>(data.size()));
    put32(common, bytes);
    put16(common, static_cast<std::uint32_t>(member.name.size()));
    put16(common, 0);
    archive += "PK\3\4" + common + member.name + data;
    directory += "PK\1\2";
    put16(directory, 20);
    directory += common;
    put16(directory, 0);
    put16(directory, 0);
    put16(directory, 0);
    put32(directory, 0);
    put32(directory, offset);
    directory += member.name;
  }
  std::string end = "PK\5\6";
  put32(end, 0);
  put16(end, static_cast<std::uint32_t>(members.size()));
  put16(end, static_cast<std::uint32_t>(members.size()));
  put32(end, static_cast<std::uint32_t>(directory.size()));
  put32(end, static_cast<std::uint32_t>(archive.size()));
  put16(end, 0);
  return archive + directory + end;
}

std::string make_model_file(const std::string& manifest) { return make_zip({{"manifest.json", manifest, true}}); }

std::string timed_manifest(const std::string& name, const std::string& tensors, const std::string& more) {
  return R"({"format": "hbm-sim", "version": 1, "models": [{"name": ")" + name + R"(", "engine": "timed", )" + more +
         tensors + "}]}";
}

std::string identity_manifest(const std::string& name, const std::string& more) {
  return timed_manifest(name,
                        R"("inputs": [{"name": "x", "dtype": "F32", "shape": [1, 16]}],
                           "outputs": [{"name": "y", "dtype": "F32", "shape": [1, 16],
                                        "fill": {"kind": "copy", "input": "x"}}])",
                        more);
}

TemporaryFolder::TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "hbm-sim-test-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) {
    throw std::runtime_error("no temporary folder: " + path_);
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
  const std::string path = path_ + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

}  // namespace hbm_sim_test
