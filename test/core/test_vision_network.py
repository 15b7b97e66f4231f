# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The colours that a network on NV12 sees are those of the picture."""

import cv2
import numpy as np
import pytest
from packer_networks import scaled_network
from pictures import encode, smooth_bgr

from hbm_runtime_core import HB_HBMRuntime, vision
from hbm_runtime_core.cli.main import main


@pytest.fixture(scope="module", params=["limited", "full"])
def network(request, tmp_path_factory):
    """What it sees of 64×96, as floats of 0 to 255 in red, green, blue."""
    folder = tmp_path_factory.mktemp("network")
    path = scaled_network(folder / "net.xml", shape=(1, 3, 64, 96), factor=1.0)
    file = folder / "net.hbm"
    assert main(["pack", str(path), "--nv12", "--color-range", request.param, "-o", str(file)]) == 0
    runtime = HB_HBMRuntime(str(file))
    return runtime, runtime.model_names[0], request.param


@pytest.mark.parametrize("encoding", ["nv12", "rgb8", "bgra8", "uyvy", "mono8", "jpeg"])
def test_a_network_on_nv12_sees_the_picture(network, encoding):
    runtime, model, model_range = network
    bgr = smooth_bgr(96, 64)
    request = runtime.create_request(model)
    preparation = vision.for_model(runtime, model, resize="none", model_range=model_range)
    if encoding == "jpeg":
        file = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 98])[1]
        preparation.prepare_jpeg(file, request.inputs)
    else:
        data = encode(bgr, encoding)
        preparation.prepare(data, 96, 64, data.shape[1], encoding, request.inputs)
    (seen,) = request.run().values()
    expected = bgr[:, :, ::-1]
    if encoding == "mono8":
        expected = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)[:, :, None].repeat(3, axis=2)
    difference = np.abs(np.clip(seen[0].transpose(1, 2, 0), 0, 255) - expected)
    assert difference.mean() < 2.5
    # Luma keeps its resolution: brightness is right in each single pixel.
    assert np.abs(difference @ [0.299, 0.587, 0.114]).mean() < 2.0
