# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the messages of topics into the inputs of a model: subscriptions, frames, and a reader for each type of message."""
