// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Where there is no memory, whichever allocation fails, a canvas and its JPEG file report that and work at the next
// try.
#include <iostream>
#include <memory>
#include <vector>

#include "heap/failing_heap.hpp"
#include "overlay/canvas.hpp"
#include "overlay/jpeg_encoder.hpp"

namespace hbm::overlay {
namespace {

TEST(NoMemory, ForAJpegFileIsReportedAndTheNextFileIsWritten) {
  const std::vector<std::uint8_t> pixels(320 * 240 * 3, 99);
  Canvas canvas;
  canvas.load(vision::make_picture(pixels.data(), pixels.size(), 320, 240, 320 * 3, "bgr8", vision::ColorRange::kFull));
  const int positions = hbm_test::fail_each_allocation([] { return std::make_unique<JpegEncoder>(); },
                                                       [&](JpegEncoder& encoder) {
                                                         const JpegFile file = encoder.encode(canvas, 90);
                                                         EXPECT_GT(file.size_bytes, 100U);
                                                       });
  std::cout << positions << " failures injected" << std::endl;
  EXPECT_TRUE(positions > 0 || !hbm_test::kMallocFails);
}

}  // namespace
}  // namespace hbm::overlay
