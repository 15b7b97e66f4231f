# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

find_package(ZLIB REQUIRED)

add_library(hbm_dnn_test_support STATIC dnn_model_file.cpp)
target_link_libraries(hbm_dnn_test_support PUBLIC dnn ZLIB::ZLIB)
hbm_target_defaults(hbm_dnn_test_support)

foreach(name IN ITEMS dnn_load_test dnn_bad_file_test dnn_manifest_test dnn_timed_test dnn_tensor_test dnn_task_test)
  hbm_simulator_test(${name} SOURCES ${name}.cpp LIBRARIES hbm_dnn_test_support
    ENVIRONMENT "HB_UCP_LOG_LEVEL=6;HBM_SIM_SOC=s600")
endforeach()
# On a thread of the device, whose allocations do not fail, and on the caller's.
hbm_simulator_test(dnn_out_of_memory_test
  SOURCES out_of_memory_test.cpp "${PROJECT_SOURCE_DIR}/hbm_runtime_core/simulator/dnn/zip_archive.cpp"
  LIBRARIES hbm_dnn_test_support hbm_failing_heap "${LIBZIP_LIBRARY}"
  ENVIRONMENT "HB_UCP_LOG_LEVEL=6;HBM_SIM_SOC=s600")
target_include_directories(dnn_out_of_memory_test SYSTEM PRIVATE
  "${LIBZIP_INCLUDE_DIR}" "${LIBZIP_CONFIG_INCLUDE_DIR}")
hbm_add_cpp_test(dnn_out_of_memory_inline_test dnn_out_of_memory_test
  ENVIRONMENT "HB_UCP_LOG_LEVEL=6;HBM_SIM_SOC=s600;HBM_SIM_EXECUTION=inline")
set(dnn_sources "${PROJECT_SOURCE_DIR}/hbm_runtime_core/simulator/dnn")
hbm_simulator_test(dnn_manifest_cases_test
  SOURCES dnn_manifest_cases_test.cpp "${dnn_sources}/manifest.cpp" "${dnn_sources}/manifest_object.cpp"
    "${dnn_sources}/manifest_tensor.cpp" "${dnn_sources}/typed_value.cpp"
  LIBRARIES hbm_sim_tensor)
target_include_directories(dnn_manifest_cases_test SYSTEM PRIVATE "${HBM_NLOHMANN_JSON_INCLUDE_DIR}")
target_compile_definitions(dnn_manifest_cases_test PRIVATE
  HBM_MANIFEST_CASES="${PROJECT_SOURCE_DIR}/test/core/manifests/cases.json")
hbm_simulator_test(dnn_s100_test SOURCES dnn_s100_test.cpp LIBRARIES hbm_dnn_test_support ${CMAKE_DL_LIBS}
  ENVIRONMENT "HB_UCP_LOG_LEVEL=6;HBM_SIM_SOC=s100")

hbm_simulator_test(dnn_openvino_test SOURCES dnn_openvino_test.cpp dnn_network.cpp
  LIBRARIES hbm_dnn_test_support
  ENVIRONMENT "HB_UCP_LOG_LEVEL=6;HBM_SIM_SOC=s600")
if(HBM_BUILD_OPENVINO_ENGINE)
  target_compile_definitions(dnn_openvino_test PRIVATE HBM_TEST_NETWORKS)
  add_dependencies(dnn_openvino_test hbm_sim_openvino)
endif()
if(HBM_BUILD_OPENVINO_ENGINE)
  set(engine "${PROJECT_SOURCE_DIR}/hbm_runtime_core/simulator/engine_openvino")
  hbm_simulator_test(dnn_openvino_faults_test
    SOURCES dnn_openvino_faults_test.cpp failing_openvino.cpp dnn_network.cpp
    LIBRARIES hbm_dnn_test_support openvino::runtime ${CMAKE_DL_LIBS}
    ENVIRONMENT "HB_UCP_LOG_LEVEL=6;HBM_SIM_SOC=s600")
  add_dependencies(dnn_openvino_faults_test hbm_sim_openvino)
  # The engine finds the program's functions before OpenVINO's.
  set_target_properties(dnn_openvino_faults_test PROPERTIES ENABLE_EXPORTS ON)
  hbm_simulator_test(dnn_content_hash_test SOURCES dnn_content_hash_test.cpp)
  hbm_simulator_test(dnn_network_cache_test SOURCES dnn_network_cache_test.cpp "${engine}/network_cache.cpp"
    LIBRARIES hbm_dnn_test_support)
  foreach(name IN ITEMS dnn_content_hash_test dnn_network_cache_test)
    target_include_directories(${name} SYSTEM PRIVATE "${XXHASH_INCLUDE_DIR}")
  endforeach()
endif()
