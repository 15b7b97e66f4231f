# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# Installs a command `name` into `destination` that runs `function` of the Python `module` with the interpreter that the
# package is built for, as pip does for its entry points.
function(hbm_install_command name module function destination)
  set(script "${CMAKE_CURRENT_BINARY_DIR}/commands/${name}")
  file(CONFIGURE OUTPUT "${script}" @ONLY CONTENT
"#!@Python3_EXECUTABLE@
import sys

from @module@ import @function@

sys.exit(@function@())
")
  install(PROGRAMS "${script}" DESTINATION "${destination}")
endfunction()
