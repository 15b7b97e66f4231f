# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# Installs a command `name` into `destination` that runs `function` of the Python `module` with the interpreter that the
# package is built for, as pip does for its entry points. An interrupt ends it without a traceback, from the first import on.
function(hbm_install_command name module function destination)
  set(script "${CMAKE_CURRENT_BINARY_DIR}/commands/${name}")
  file(CONFIGURE OUTPUT "${script}" @ONLY CONTENT
"#!@Python3_EXECUTABLE@
import os
import signal
import sys

signal.signal(signal.SIGINT, lambda *_: os._exit(130))

from @module@ import @function@

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    sys.exit(@function@())
except KeyboardInterrupt:
    os._exit(130)
")
  install(PROGRAMS "${script}" DESTINATION "${destination}")
endfunction()
