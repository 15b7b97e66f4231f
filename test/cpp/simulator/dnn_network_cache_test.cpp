// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <vector>

#include "dnn_model_file.hpp"
#include "engine_openvino/network_cache.hpp"

namespace hbm_sim {
namespace {

using hbm_sim_test::TemporaryFolder;

TEST(NetworkCache, gives_back_what_was_written_and_makes_its_folder) {
  const TemporaryFolder folder;
  const NetworkCache cache(folder.path() + "/a/b");
  EXPECT_EQ(cache.read("key"), std::nullopt);
  cache.write("key", std::string("one\0two", 7));
  EXPECT_EQ(cache.read("key"), std::string("one\0two", 7));
  EXPECT_EQ(cache.read("other"), std::nullopt);
  cache.remove("key");
  EXPECT_EQ(cache.read("key"), std::nullopt);
}

TEST(NetworkCache, no_truncation_and_no_damage_is_taken_for_content) {
  const TemporaryFolder folder;
  const NetworkCache cache(folder.path());
  cache.write("key", "some compiled network");
  const std::string path = std::filesystem::directory_iterator(folder.path())->path();
  std::ifstream stream(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(stream)), {});
  const std::string name = std::filesystem::path(path).filename();
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    folder.write(name, whole.substr(0, bytes));
    EXPECT_EQ(cache.read("key"), std::nullopt) << bytes;
    std::string damaged = whole;
    damaged[bytes] = static_cast<char>(damaged[bytes] ^ 0x10);
    folder.write(name, damaged);
    const auto content = cache.read("key");
    EXPECT_TRUE(content == std::nullopt || content == "some compiled network") << bytes;
  }
}

TEST(NetworkCache, a_folder_that_cannot_be_used_is_as_if_it_were_empty) {
  const TemporaryFolder folder;
  const NetworkCache cache(folder.write("file", "") + "/below");
  cache.write("key", "content");
  EXPECT_EQ(cache.read("key"), std::nullopt);
}

TEST(NetworkCache, beyond_the_limit_the_least_recently_used_is_removed) {
  const TemporaryFolder folder;
  const NetworkCache cache(folder.path(), 250);
  cache.write("first", std::string(60, '1'));
  cache.write("second", std::string(60, '2'));
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::last_write_time(entry.path(), long_ago);
  }
  EXPECT_NE(cache.read("first"), std::nullopt);
  cache.write("third", std::string(60, '3'));
  EXPECT_NE(cache.read("first"), std::nullopt);
  EXPECT_EQ(cache.read("second"), std::nullopt);
  EXPECT_NE(cache.read("third"), std::nullopt);
}

TEST(NetworkCache, up_to_the_limit_all_stay) {
  const TemporaryFolder folder;
  NetworkCache(folder.path()).write("first", std::string(60, '1'));
  const std::uintmax_t bytes = std::filesystem::file_size(*std::filesystem::directory_iterator(folder.path()));
  const NetworkCache cache(folder.path(), 2 * bytes);
  cache.write("second", std::string(60, '2'));
  EXPECT_NE(cache.read("first"), std::nullopt);
  cache.write("second", std::string(61, '2'));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(NetworkCache, what_a_killed_process_left_behind_is_removed_later) {
  const TemporaryFolder folder;
  const std::string unfinished = folder.write(".unfinished-abcdef", "half a network");
  const NetworkCache cache(folder.path());
  cache.write("key", "content");
  EXPECT_TRUE(std::filesystem::exists(unfinished));
  std::filesystem::last_write_time(unfinished, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  cache.write("key", "content");
  EXPECT_FALSE(std::filesystem::exists(unfinished));
}

TEST(NetworkCache, a_disk_that_is_full_at_any_byte_leaves_what_was_there) {
  const TemporaryFolder folder;
  const NetworkCache cache(folder.path());
  const std::string old = "an older network";
  const std::string content(100, 'n');
  cache.write("key", old);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto action = std::signal(SIGXFSZ, SIG_IGN);
  const rlim_t unlimited = limit.rlim_cur;
  rlim_t bytes = 0;
  for (bool fits = false; !fits; ++bytes) {
    limit.rlim_cur = bytes;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cache.write("key", content);
    limit.rlim_cur = unlimited;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const auto kept = cache.read("key");
    fits = kept == content;
    EXPECT_TRUE(fits || kept == old) << bytes;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << bytes;
  }
  std::signal(SIGXFSZ, action);
  std::cout << bytes - 1 << " failures injected\n";
  EXPECT_GT(bytes, content.size());
}

TEST(NetworkCache, readers_never_see_a_part_while_writers_replace_it) {
  const TemporaryFolder folder;
  const NetworkCache cache(folder.path());
  const std::string contents[2] = {std::string(100000, 'a'), std::string(200000, 'b')};
  cache.write("key", contents[0]);
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto content = cache.read("key");
        if (content != contents[0] && content != contents[1]) {
          ++torn;
        }
      }
    });
  }
  for (int round = 0; round < 50; ++round) {
    cache.write("key", contents[round % 2]);
  }
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace hbm_sim
