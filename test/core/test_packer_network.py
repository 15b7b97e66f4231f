# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A packed network computes what the network computes."""

import numpy as np
import pytest
from packer_networks import infer, infer_file, nv12_from_rgb, ocr_network, scaled_network, two_port_network

from hbm_runtime_core.packer import (
    DTYPES,
    InputOptions,
    NetworkOptions,
    Nv12,
    PackError,
    PackFileError,
    PortOptions,
    Quantization,
    pack_network,
)


def pack(path, **options):
    return pack_network(NetworkOptions(path, **options))


def smooth_picture(height, width, seed=1):
    """Coloured blocks of 8 by 8: halving the colour planes loses nothing inside of them."""
    blocks = np.random.default_rng(seed).integers(20, 236, (height // 8, width // 8, 3), np.uint8)
    return blocks.repeat(8, 0).repeat(8, 1)


def test_a_float_network_computes_the_same_bits_as_before(tmp_path):
    path = scaled_network(tmp_path / "net.xml", factor=0.3)
    x = np.random.default_rng(0).standard_normal((1, 3, 4, 8)).astype(np.float32)
    np.testing.assert_array_equal(infer(pack(path), x)[0], infer_file(path, x)[0])


def test_a_float_model_has_the_ports_of_its_network(tmp_path):
    model = pack(two_port_network(tmp_path / "two.xml")).model
    assert [(t.name, t.dtype.name, t.shape) for t in model.inputs] == [("a", "F32", (1, 4)), ("b", "F32", (1, 4))]
    assert [t.name for t in model.outputs] == ["sum", "difference"]
    assert model.name == "two"
    assert model.inputs[0].strides == (16, 4)
    assert model.inputs[0].aligned_bytes == 16


def test_ports_keep_their_order_and_meaning_when_they_are_renamed_and_converted(tmp_path):
    packed = pack(
        two_port_network(tmp_path / "two.xml"),
        inputs={"a": InputOptions(rename="z"), "b": InputOptions(dtype=DTYPES["F16"])},
        outputs={"sum": PortOptions(dtype=DTYPES["F64"]), "difference": PortOptions(rename="b")},
    )
    a, b = np.float32([[1, 2, 3, 4]]), np.float16([[4, 3, 2, 1]])
    total, difference = infer(packed, a, b)
    np.testing.assert_array_equal(total, [[5.0] * 4])
    np.testing.assert_array_equal(difference, [[-3, -1, 1, 3]])
    assert total.dtype == np.float64
    assert [t.name for t in packed.model.outputs] == ["sum", "b"]


def test_dynamic_dimensions_stay_dynamic_unless_a_shape_is_given(tmp_path):
    path = scaled_network(tmp_path / "net.xml", shape=(-1, 3, -1, -1))
    model = pack(path).model
    assert model.inputs[0].shape == (-1, 3, -1, -1)
    assert model.inputs[0].strides == (-1, -1, -1, 4)
    assert model.outputs[0].aligned_bytes == -1
    fixed = pack(path, inputs={"x": InputOptions(shape=(1, 3, 6, 10))}).model
    assert fixed.outputs[0].shape == (1, 3, 6, 10)


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("color_order", ["rgb", "bgr"])
@pytest.mark.parametrize("color_range", ["limited", "full"])
def test_nv12_planes_become_the_normalised_colours_that_the_network_expects(tmp_path, layout, color_order, color_range):
    rgb = smooth_picture(32, 48)
    mean, scale = (10.0, 20.0, 30.0), (0.5, 0.25, 0.125)
    path = scaled_network(tmp_path / "net.xml", shape=(1, 3, 32, 48) if layout == "nchw" else (1, 32, 48, 3))
    packed = pack(path, inputs={"x": InputOptions(nv12=Nv12(mean, scale, color_order, None, color_range))})
    assert [(t.name, t.shape, t.strides, t.aligned_bytes) for t in packed.model.inputs] == [
        ("x_y", (1, 32, 48, 1), (-1, -1, 1, 1), -1),
        ("x_uv", (1, 16, 24, 2), (-1, -1, 2, 1), -1),
    ]
    (result,) = infer(packed, *nv12_from_rgb(rgb, color_range))
    pixels = rgb[..., ::-1] if color_order == "bgr" else rgb
    expected = 2 * (pixels.astype(np.float64) - mean) * scale
    got = result[0].transpose(1, 2, 0) if layout == "nchw" else result[0]
    # Eight bits of Y, U and V cost up to 2.5 levels of 255.
    assert np.abs(got - expected).max() <= 2 * 0.5 * 2.5


@pytest.mark.parametrize(
    ("color_range", "formula"),
    [
        (
            "limited",
            lambda y, u, v: (
                1.164 * (y - 16) + 1.596 * (v - 128),
                1.164 * (y - 16) - 0.391 * (u - 128) - 0.813 * (v - 128),
                1.164 * (y - 16) + 2.018 * (u - 128),
            ),
        ),
        (
            "full",
            lambda y, u, v: (
                y + 1.402 * (v - 128),
                y - 0.344 * (u - 128) - 0.714 * (v - 128),
                y + 1.772 * (u - 128),
            ),
        ),
    ],
)
def test_red_green_and_blue_are_those_of_the_documented_formulas(tmp_path, color_range, formula):
    rng = np.random.default_rng(8)
    y = rng.integers(0, 256, (1, 32, 48, 1), np.uint8)
    uv = rng.integers(0, 256, (1, 16, 24, 2), np.uint8)
    path = scaled_network(tmp_path / "net.xml", shape=(1, 32, 48, 3), factor=1.0)
    (found,) = infer(pack(path, inputs={"x": InputOptions(nv12=Nv12(color_range=color_range))}), y, uv)
    chroma = uv[0].repeat(2, 0).repeat(2, 1).astype(np.float64)
    expected = np.stack(formula(y[0, ..., 0].astype(np.float64), chroma[..., 0], chroma[..., 1]), -1)
    np.testing.assert_allclose(found[0], expected.clip(0, 255), atol=0.15)


def test_a_network_that_takes_bytes_gets_rounded_pixels_from_nv12(tmp_path):
    path = scaled_network(tmp_path / "net.xml", shape=(1, 3, 4, 8), factor=1.0, dtype="u8")
    packed = pack(path, inputs={"x": InputOptions(nv12=Nv12())})
    grey = (np.full((1, 4, 8, 1), 100, np.uint8), np.full((1, 2, 4, 2), 128, np.uint8))
    # 1.164 * (100 - 16) = 97.776
    np.testing.assert_array_equal(infer(packed, *grey)[0], np.full((1, 3, 4, 8), 98, np.uint8))


@pytest.mark.parametrize("dtype", ["S4", "U4", "S8", "U8", "S16", "U16", "S32"])
@pytest.mark.parametrize("zero_point", [0, 3])
def test_quantised_outputs_round_half_to_even_and_clip_at_both_ends(tmp_path, dtype, zero_point):
    dtype = DTYPES[dtype]
    path = scaled_network(tmp_path / "net.xml", shape=(1, 2000), factor=1.0)
    quantization = Quantization((0.5,), (zero_point,))
    packed = pack(path, outputs={"y": PortOptions(dtype=dtype, quantization=quantization)})
    x = np.random.default_rng(3).uniform(-300, 300, (1, 2000)).astype(np.float32)
    x[0, :6] = [0.25, 0.75, 1.25, -0.25, 1e12, -1e12]
    low, high = dtype.limits
    expected = np.clip(np.rint(x.astype(np.float64) / 0.5) + zero_point, low, high)
    (q,) = infer(packed, x)
    assert q.dtype == dtype.numpy
    np.testing.assert_array_equal(q.astype(np.float64), expected)
    assert packed.model.outputs[0].quantization == quantization


def test_a_scale_for_each_channel_runs_along_its_axis(tmp_path):
    path = scaled_network(tmp_path / "net.xml", shape=(1, 5, 7, 3), factor=1.0)
    scale = (0.5, 0.25, 0.125)
    packed = pack(path, outputs={"y": PortOptions(dtype=DTYPES["S32"], quantization=Quantization(scale, axis=-1))})
    x = np.random.default_rng(4).uniform(-9, 9, (1, 5, 7, 3)).astype(np.float32)
    np.testing.assert_array_equal(infer(packed, x)[0], np.rint(x / np.float32(scale)).astype(np.int32))
    assert packed.model.outputs[0].quantization.axis == 3


@pytest.mark.parametrize("dtype", ["S8", "U8", "S16", "S32"])
def test_quantised_inputs_are_dequantised_before_the_network_sees_them(tmp_path, dtype):
    dtype = DTYPES[dtype]
    path = scaled_network(tmp_path / "net.xml", shape=(1, 3, 100), factor=2.0)
    quantization = Quantization((0.5, 0.25, 2.0), (1, 2, 3), axis=1)
    packed = pack(path, inputs={"x": InputOptions(dtype=dtype, quantization=quantization)})
    q = np.random.default_rng(5).integers(0, 120, (1, 3, 100)).astype(dtype.numpy)
    shape = (1, 3, 1)
    real = (q.astype(np.float32) - np.reshape([1, 2, 3], shape)) * np.reshape([0.5, 0.25, 2], shape)
    np.testing.assert_allclose(infer(packed, q)[0], 2 * real, rtol=1e-6)


def test_output_strides_are_padded_as_asked(tmp_path):
    path = scaled_network(tmp_path / "net.xml", shape=(1, 84, 84, 255))
    model = pack(path, output_stride_align_bytes=1024).model
    assert model.outputs[0].strides == (7225344, 86016, 1024, 4)
    assert model.outputs[0].aligned_bytes == 7225344
    model = pack(path, outputs={"y": PortOptions(strides=(8000000, 90000, 1024, 4))}).model
    assert model.outputs[0].strides == (8000000, 90000, 1024, 4)


def test_a_scalar_output_becomes_a_tensor_of_one_element(tmp_path):
    import openvino as ov
    from openvino import opset8 as ops
    from packer_networks import save

    x = ops.parameter([1, 4], ov.Type.f32, name="x")
    x.output(0).get_tensor().set_names({"x"})
    y = ops.reduce_sum(x, ops.constant([0, 1]), keep_dims=False)
    y.output(0).get_tensor().set_names({"y"})
    packed = pack(save(ov.Model([ops.result(y)], [x], "sum"), tmp_path / "sum.xml"))
    assert packed.model.outputs[0].shape == (1,)
    np.testing.assert_array_equal(infer(packed, np.ones((1, 4), np.float32))[0], [4.0])


def test_text_detection_from_nv12_finds_what_it_finds_in_rgb():
    path = ocr_network("ch_PP-OCRv4_det_infer.onnx")
    rgb = text_picture(320, 448)
    packed = pack(
        path,
        inputs={"x": InputOptions(shape=(1, 3, 320, 448), nv12=Nv12((127.5,), (1 / 127.5,), "bgr"))},
    )
    bgr = rgb[..., ::-1].astype(np.float32) / 127.5 - 1
    (reference,) = infer_file(path, bgr.transpose(2, 0, 1)[None])
    (found,) = infer(packed, *nv12_from_rgb(rgb))
    here, there = found > 0.3, reference > 0.3
    assert there.sum() > 1000
    assert (here & there).sum() / (here | there).sum() >= 0.9


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("ch_ppocr_mobile_v2.0_cls_infer.onnx", (1, 3, 48, 192)),
        ("ch_PP-OCRv4_rec_infer.onnx", (1, 3, 48, 320)),
    ],
)
def test_text_direction_and_recognition_pack_with_floats_and_compute_the_same(name, shape):
    path = ocr_network(name)
    x = np.random.default_rng(6).uniform(-1, 1, shape).astype(np.float32)
    packed = pack(path, inputs={"x": InputOptions(shape=shape)})
    np.testing.assert_allclose(infer(packed, x)[0], infer_file(path, x)[0], atol=1e-5)


def text_picture(height, width):
    """Black bars of letters on white, drawn with nothing but numpy."""
    page = np.full((height, width, 3), 255, np.uint8)
    glyph = np.kron(np.random.default_rng(7).integers(0, 2, (8, 120)), np.ones((2, 2)))
    for top in range(40, height - 40, 60):
        page[top : top + 16, 60 : 60 + 240][glyph > 0] = 0
    return page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"inputs": {"y": InputOptions()}}, r"unknown input 'y' \(known: x\)"),
        ({"outputs": {"yy": PortOptions()}}, r"unknown output 'yy'; did you mean 'y'\? \(known: y\)"),
        ({"inputs": {"x": InputOptions(shape=(1, 4, 4, 8))}}, r"takes \[1,3,4,8\], which cannot become \[1, 4, 4, 8\]"),
        ({"outputs": {"y": PortOptions(dtype=DTYPES["S8"])}}, r"S8 from the network's f32 needs a scale"),
        (
            {"outputs": {"y": PortOptions(dtype=DTYPES["S8"], quantization=Quantization((0.0,)))}},
            r"scale\[0\] must be a positive number, got 0.0",
        ),
        (
            {"outputs": {"y": PortOptions(dtype=DTYPES["S8"], quantization=Quantization((1.0, 2.0), axis=1))}},
            "quantization: expected 1 scale, or 3 for axis 1, got 2",
        ),
        (
            {"outputs": {"y": PortOptions(dtype=DTYPES["S8"], quantization=Quantization((1.0,), (200,)))}},
            r"zero_point\[0\] must be in -128..127 for S8, got 200",
        ),
        (
            {"outputs": {"y": PortOptions(dtype=DTYPES["F16"], quantization=Quantization((1.0,)))}},
            r"belong to one of S4, .*, got F16",
        ),
        ({"outputs": {"y": PortOptions(strides=(400, 100, 20, 4))}}, r"stride 2 is too small .* at least 32 bytes, got 20"),
        ({"output_stride_align_bytes": 48}, r"a stride alignment is a power of two, in bytes; got 48"),
        (
            {"inputs": {"x": InputOptions(nv12=Nv12(mean=(1.0, 2.0)))}},
            r"mean must be 1 value, or 3 \(one per channel\), got 2",
        ),
        ({"inputs": {"x": InputOptions(nv12=Nv12(scale=(0.0,)))}}, r"no scale zero"),
        ({"inputs": {"x": InputOptions(nv12=Nv12(layout="nhwc"))}}, r"has 8 as nhwc"),
        ({"inputs": {"x": InputOptions(nv12=Nv12(), dtype=DTYPES["S8"])}}, r"takes no other type"),
    ],
)
def test_what_does_not_fit_the_network_is_one_error_that_says_so(tmp_path, options, message):
    path = scaled_network(tmp_path / "net.xml")
    with pytest.raises(PackError, match=message):
        pack(path, **options)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 3, 5, 8), r"needs an even width and height, got 8x5"),
        ((1, 3, -1, 8), r"needs a fixed picture size"),
        ((2, 3, 4, 8), r"batch of 1"),
        ((1, 1, 4, 8), r"neither dimension 1 nor dimension 3"),
        ((1, 3, 4, 3), r"both could be"),
        ((1, 3, 8), r"4 dimensions, the network's has 3"),
    ],
)
def test_a_network_that_takes_no_picture_is_refused_for_nv12(tmp_path, shape, message):
    path = scaled_network(tmp_path / "net.xml", shape=shape)
    with pytest.raises(PackError, match=message):
        pack(path, inputs={"x": InputOptions(nv12=Nv12())})


def test_an_option_without_a_name_needs_a_network_with_one_port(tmp_path):
    with pytest.raises(PackError, match=r"has 2 inputs \(a, b\): an option for an input must name it"):
        pack(two_port_network(tmp_path / "two.xml"), inputs={"": InputOptions(rename="c")})


def test_a_missing_network_is_also_a_file_that_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such network file"):
        pack(tmp_path / "none.onnx")
    assert issubclass(PackFileError, ValueError)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x08\x07" * 50])
def test_an_onnx_file_that_cannot_be_read_is_one_error_with_the_reason(tmp_path, content, capfd):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(PackError, match="complete onnx file"):
        pack(path)
    assert capfd.readouterr().err == ""
