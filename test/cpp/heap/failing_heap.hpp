// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A heap that counts, and that fails where a test asks for it. It takes the place of malloc() in the whole program, the
// libraries included; under a sanitizer, which has a malloc() of its own, that of operator new.
#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <new>

extern "C" {
/// The calling thread's next allocation but `position` fails once; none with a negative `position`.
void hbm_fail_allocation(std::int64_t position);
/// Whether the one that was to fail has not failed yet. It does not any more.
bool hbm_fail_no_allocation(void);
/// Allocations of all threads so far, and those that were not freed.
std::int64_t hbm_allocation_count(void);
std::int64_t hbm_live_allocations(void);
}

namespace hbm_test {

/// Whether allocations of libraries in C fail too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMallocFails = false;
#else
constexpr bool kMallocFails = true;
#endif

/// No allocation of this thread fails as long as it lives: for libraries that are not tested.
class SparedAllocations {
 public:
  SparedAllocations();
  ~SparedAllocations();
  SparedAllocations(const SparedAllocations&) = delete;
  SparedAllocations& operator=(const SparedAllocations&) = delete;
};

/// Lets each allocation of `use` fail, which is to report that and to work at the next try. Returns how many there
/// were.
template <typename Make, typename Use>
int fail_each_allocation(const Make& make, const Use& use) {
  int position = 0;
  for (bool fired = true; fired && !testing::Test::HasFailure(); ++position) {
    const std::int64_t live_before = hbm_live_allocations();
    {
      const auto object = make();
      bool failed = false;
      hbm_fail_allocation(position);
      try {
        use(*object);
      } catch (const std::bad_alloc&) {
        failed = true;
      } catch (const std::exception& error) {
        ADD_FAILURE() << "allocation " << position << ": " << error.what();
      }
      fired = !hbm_fail_no_allocation();
      // libjpeg-turbo tries again with less.
      EXPECT_TRUE(fired || !failed) << "allocation " << position;
      use(*object);
    }
    EXPECT_EQ(hbm_live_allocations(), live_before) << "allocation " << position;
  }
  return position - 1;
}

}  // namespace hbm_test
