# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# Installs a command `name` into `destination` that runs `function` of the Python `module` with the interpreter that the
# package is built for, as pip does for its entry points. An interrupt at any moment ends it without a traceback: the
# command is a program that blocks the interrupt and starts a Python script, which installs a handler and unblocks it.
function(hbm_install_command name module function destination)
  # The build tree is laid out as the installation, where the program finds the script.
  set(scripts "lib/${PROJECT_NAME}")
  set(tree "${CMAKE_BINARY_DIR}/commands")
  file(RELATIVE_PATH script "/${destination}" "/${scripts}/${name}.py")
  file(CONFIGURE OUTPUT "${tree}/${scripts}/${name}.py" @ONLY CONTENT
"# The command @name@, see the program that starts it.
import os
import signal
import sys

signal.signal(signal.SIGINT, lambda *_: os._exit(130))
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

from @module@ import @function@

try:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    exit_code = @function@()
    # The interpreter's shutdown would report an interrupt as an error.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
except KeyboardInterrupt:
    os._exit(130)
sys.exit(exit_code)
")
  add_executable(hbm_command_${name} "${PROJECT_SOURCE_DIR}/cmake/command.cpp")
  target_compile_definitions(hbm_command_${name} PRIVATE
    HBM_PYTHON="${Python3_EXECUTABLE}" HBM_SCRIPT="${script}")
  hbm_target_defaults(hbm_command_${name})
  set_target_properties(hbm_command_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${tree}/${destination}")
  install(TARGETS hbm_command_${name} RUNTIME DESTINATION "${destination}")
  install(FILES "${tree}/${scripts}/${name}.py" DESTINATION "${scripts}")
endfunction()
