// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// gcc defines macros for its sanitizers, clang has a question for them.
#if defined(__has_feature)
#define HBM_TEST_HAS_FEATURE(feature) __has_feature(feature)
#else
#define HBM_TEST_HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HBM_TEST_HAS_FEATURE(address_sanitizer)
#define HBM_TEST_ADDRESS_SANITIZER 1
#else
#define HBM_TEST_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__) || HBM_TEST_HAS_FEATURE(thread_sanitizer)
#define HBM_TEST_THREAD_SANITIZER 1
#else
#define HBM_TEST_THREAD_SANITIZER 0
#endif
