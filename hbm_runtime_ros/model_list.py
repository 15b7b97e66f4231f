# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The topic that tells which models the node runs, and how."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from hbm_runtime_core import HB_HBMRuntime

from .hosted_models import HostedModels
from .msg import ModelInfo, ModelList
from .topic_names import MODEL_LIST_TOPIC

_LATCHED = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_READY = (ModelInfo.STATE_LOADED, ModelInfo.STATE_ACTIVE)


class ModelListPublisher:
    """Publishes the loaded models of `node`, latched."""

    def __init__(self, node: Node, models: HostedModels) -> None:
        self._node = node
        self._models = models
        self._publisher = node.create_publisher(ModelList, MODEL_LIST_TOPIC, _LATCHED)
        self._device: dict[str, str | int] = {}

    def describe_device(self, runtime: HB_HBMRuntime) -> None:
        """Take over what runs the models."""
        self._device = {"backend": runtime.backend, "soc": runtime.soc, "bpu_core_count": runtime.bpu_core_count}

    def publish(self) -> None:
        """Tell what is true now. Until a model was loaded there is nothing to tell."""
        if self._device:
            infos = [model.info() for model in self._models]
            self._publisher.publish(
                ModelList(
                    stamp=self._node.get_clock().now().to_msg(),
                    models=[info for info in infos if info.state in _READY],
                    **self._device,
                )
            )
