# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# The C++ targets, for the fuzzers and for the test that runs their corpora.
set(HBM_FUZZ_TARGETS c_api decode jpeg manifest messages model_file overlay picture tensor)
find_package(ZLIB REQUIRED)

# What every program with a target links.
function(hbm_fuzz_target_defaults program)
  target_include_directories(${program} PRIVATE "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
  target_link_libraries(${program} PRIVATE
    dnn hbucp hbm_runtime hbm_decode hbm_overlay hbm_vision hbm_wire ZLIB::ZLIB Threads::Threads)
  hbm_target_defaults(${program})
endfunction()
