# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`python3 -m hbm_runtime_core.cli`"""

import sys

from .main import main

sys.exit(main())
