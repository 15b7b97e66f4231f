# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the messages of topics into the inputs of a model: a file for each kind of message."""
