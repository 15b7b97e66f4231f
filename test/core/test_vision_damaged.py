# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures whose headers are damaged or claim too much have no effect on later pictures, on memory or on time."""

import resource
import struct
import zlib

import cv2
import numpy as np
import pytest
from jpeg_writer import jpeg_of, ycc_of
from pictures import preparation_of, smooth_bgr, tensor_model

from hbm_runtime_core import HbmValueError
from hbm_runtime_core._vision import check_jpeg
from hbm_runtime_core.picture_claims import check_claims

WIDTH, HEIGHT = 96, 64
BGR = smooth_bgr(WIDTH, HEIGHT)
JPEG = cv2.imencode(".jpg", BGR, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
MODEL = tensor_model([1, HEIGHT, WIDTH, 3], "U8")


def decoded(preparation, data):
    array = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    preparation.prepare_jpeg(data, {"x": array})
    return array


def is_refused(preparation, data):
    try:
        decoded(preparation, data)
    except HbmValueError:
        return True
    return False


def test_after_every_damaged_header_a_good_picture_is_decoded_bit_for_bit(tmp_path):
    preparation = preparation_of(tmp_path, MODEL, resize="stretch")
    good = decoded(preparation, JPEG)
    random = np.random.default_rng(0)
    refused = 0
    for at in range(2, JPEG.index(b"\xff\xda") + 12):
        for value in random.integers(0, 256, 3):
            damaged = bytearray(JPEG)
            damaged[at] = value
            refused += is_refused(preparation, bytes(damaged))
            np.testing.assert_array_equal(decoded(preparation, JPEG), good, err_msg=f"after byte {at} was {value}")
    assert refused > 300


@pytest.mark.parametrize(
    "bad",
    [b"\xff\xd8" + JPEG, JPEG[:-40] + b"\xff\xd9", JPEG[:2] + JPEG[30:], b"\xff\xd8\xff\xd9", JPEG[:2] * 9 + JPEG[-2:]],
    ids=["two starts", "pixels missing", "segment cut", "nothing inside", "starts alone"],
)
def test_after_a_bad_picture_the_next_one_is_decoded(tmp_path, bad):
    preparation = preparation_of(tmp_path, MODEL, resize="stretch")
    good = decoded(preparation_of(tmp_path, MODEL, resize="stretch"), JPEG)
    for _ in range(5):
        assert is_refused(preparation, bad)
        np.testing.assert_array_equal(decoded(preparation, JPEG), good)


def without_segments(data, marker):
    """A JPEG without the segments of one kind in front of its pixels."""
    kept, at = [data[:2]], 2
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] != marker:
            kept.append(data[at:end])
        at = end
    return b"".join(kept) + data[at:]


def test_a_picture_without_tables_is_not_decoded_with_those_of_an_earlier_one(tmp_path):
    preparation = preparation_of(tmp_path, MODEL, resize="stretch")
    bare = without_segments(JPEG, 0xC4)  # Motion JPEG leaves the standard Huffman tables away
    good = decoded(preparation, JPEG)
    np.testing.assert_array_equal(decoded(preparation, bare), good)
    decoded(preparation, cv2.imencode(".jpg", BGR, [cv2.IMWRITE_JPEG_OPTIMIZE, 1])[1].tobytes())  # tables of its own
    np.testing.assert_array_equal(decoded(preparation, bare), good)
    assert is_refused(preparation, without_segments(JPEG, 0xDB)), "no quantization tables: nobody knows the values"


def claiming(width, height, data=JPEG):
    frame = data.index(b"\xff\xc0")
    return data[: frame + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[frame + 9 :]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_claiming(width, height, content=b"\0" * 100, bits=8):
    head = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(content)) + chunk(b"IEND", b"")


def tiff_claiming(width, height, first=()):
    tags = [
        *first,
        (256, 4, width),
        (257, 4, height),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 200),
        (278, 4, height),
        (279, 4, 9),
    ]
    return (
        b"II*\0"
        + struct.pack("<IH", 8, len(tags))
        + b"".join(struct.pack("<HHII", t, k, 1, v) for t, k, v in tags)
        + bytes(200)
    )


def bmp_claiming(width, height):
    return b"BM" + struct.pack("<IIIIiiHH", 200, 0, 54, 40, width, height, 1, 24) + bytes(170)


def webp_claiming(width, height):
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"RIFF" + struct.pack("<I", 122) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + size + bytes(100)


CLAIMS = {
    "JPEG": claiming,
    "JPEG in four parts": lambda w, h: claiming(w, h, jpeg_of(ycc_of(BGR), [(4, 2), (1, 1), (1, 1)])),
    "PNG": png_claiming,
    "PNG of 16 bits": lambda w, h: png_claiming(w, h, bits=16),
    "TIFF": tiff_claiming,
    "BMP": bmp_claiming,
    "WebP": webp_claiming,
    "PNM": lambda w, h: b"P6\n# a comment\n%d %d\n255\n" % (w, h) + bytes(100),
}


# One color takes WebP a few bytes, whatever the size.
SIZES = [(60000, 60000), (16384, 16384), (8193, 8192), (5000, 5000)]
CASES = [(format, size) for format in CLAIMS for size in SIZES if (format, size) != ("WebP", (5000, 5000))]


@pytest.mark.parametrize(("format", "size"), CASES)
def test_a_size_that_the_data_cannot_have_is_refused_before_memory_is_taken(tmp_path, format, size):
    preparation = preparation_of(tmp_path, MODEL)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(HbmValueError, match=f"{size[0]}x{size[1]}"):
        preparation.prepare_compressed(CLAIMS[format](*size), {"x": np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000, "KiB"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"P6\n# a comment\r16384 20000\n5 5\n255\n" + bytes(75), "16384x20000"),
        (tiff_claiming(5, 5, first=[(256, 4, 16384), (257, 4, 20000)]), "16384x20000"),
        (tiff_claiming(5, 5, first=[(256, 16, 100)]), "cut off or damaged"),
        (tiff_claiming(5, 5, first=[(322, 4, 40000)]), "cut off or damaged"),
        (tiff_claiming(5, 5, first=[(278, 4, 40000)]), "cut off or damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", bytes(13)) + png_claiming(5, 5)[8:], "cut off or damaged"),
    ],
    ids=["comment of PNM", "duplicate tags of TIFF", "size of 8 bytes", "tile", "strip", "PNG without size first"],
)
def test_sizes_are_read_where_the_library_reads_them(tmp_path, data, expected):
    with pytest.raises(HbmValueError, match=expected):
        preparation_of(tmp_path, MODEL).prepare_compressed(data, {"x": np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)})


def test_a_part_of_a_png_that_claims_more_than_there_is_is_refused_before_memory_is_taken(tmp_path):
    preparation = preparation_of(tmp_path, MODEL)
    data = cv2.imencode(".png", BGR)[1].tobytes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in (b"IHDR", b"IDAT", b"IEND"):
        at = data.index(name) - 4
        for claim in (1 << 29, 0xF0000000, len(data)):
            with pytest.raises(HbmValueError, match="cut off or damaged"):
                preparation.prepare_compressed(
                    data[:at] + claim.to_bytes(4, "big") + data[at + 4 :], {"x": np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)}
                )
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000, "KiB"


def check(picture):
    check_claims(memoryview(picture), "it")


def test_png_and_tiff_have_up_to_1032_bytes_of_pixels_for_each_byte():
    # Pixels of a PNG have three bytes here, those of a TIFF may have one bit.
    png, tiff = len(png_claiming(1, 1)), len(tiff_claiming(1, 1))
    check(png_claiming(344, png))
    check(tiff_claiming(8 * 1032, tiff))
    for picture in (png_claiming(344, png + 1), tiff_claiming(8 * 1032, tiff + 1)):
        with pytest.raises(HbmValueError, match="pixels take at least"):
            check(picture)


def test_webp_has_up_to_1048576_pixels_for_each_byte():
    picture = webp_claiming(16384, 1920)[:30]
    check(picture)
    with pytest.raises(HbmValueError, match="16384x1921 pixels take at least 30 bytes"):
        check(webp_claiming(16384, 1921)[:30])


def test_a_picture_of_one_color_may_be_as_small_as_its_format_allows(tmp_path):
    preparation = preparation_of(tmp_path, MODEL)
    black = np.zeros((4000, 4000, 3), np.uint8)
    array = np.full((1, HEIGHT, WIDTH, 3), 9, np.uint8)
    for extension, options in ((".jpg", []), (".jpg", [cv2.IMWRITE_JPEG_OPTIMIZE, 1]), (".jpg", [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]),
                               (".png", [cv2.IMWRITE_PNG_COMPRESSION, 9]), (".webp", [cv2.IMWRITE_WEBP_QUALITY, 101])):  # fmt: skip
        preparation.prepare_compressed(cv2.imencode(extension, black, options)[1], {"x": array})
        assert array[0, HEIGHT // 2, WIDTH // 2].tolist() == [0, 0, 0]


def test_a_jpeg_of_more_than_100_scans_is_refused(tmp_path):
    data = cv2.imencode(".jpg", BGR, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    last_scan = data.rindex(b"\xff\xda")

    def with_scans(count):
        return data[:-2] + data[last_scan:-2] * (count - data.count(b"\xff\xda")) + data[-2:]

    check_jpeg(with_scans(100))
    with pytest.raises(HbmValueError, match="more than 100 scans"):
        decoded(preparation_of(tmp_path, MODEL), with_scans(101))


def test_a_jpeg_of_8192x8192_pixels_is_the_largest(tmp_path):
    end = JPEG.rindex(b"\xff\xd9")
    padded = JPEG[:end] + bytes(400_000) + JPEG[end:]
    check_jpeg(claiming(8192, 8192, padded))
    check_jpeg(claiming(16384, 4096, padded))
    for width, height in ((8193, 8192), (16385, 1)):
        with pytest.raises(HbmValueError, match=f"{width}x{height} pixels"):
            check_jpeg(claiming(width, height, padded))


def test_a_png_of_8192x8192_pixels_is_the_largest(tmp_path):
    check_claims(memoryview(png_claiming(8192, 8192, np.random.default_rng(0).bytes(300_000))), "it")
    for width, height in ((8193, 8192), (16385, 1)):
        with pytest.raises(HbmValueError, match=f"{width}x{height} pixels"):
            check_claims(memoryview(png_claiming(width, height)), "it")


def resident_mib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() >> 20


def test_the_memory_of_one_very_large_picture_is_returned_with_the_next_one(tmp_path):
    preparation = preparation_of(tmp_path, MODEL)
    small = decoded(preparation, JPEG)
    large = cv2.imencode(".jpg", np.zeros((8000, 8000, 3), np.uint8))[1].tobytes()
    before = resident_mib()
    decoded(preparation, large)
    held = resident_mib() - before
    assert held > 60, "the planes of that picture"
    np.testing.assert_array_equal(decoded(preparation, JPEG), small)
    assert resident_mib() - before < held / 3


def test_the_memory_of_a_very_large_picture_that_is_damaged_is_returned_at_once(tmp_path):
    preparation = preparation_of(tmp_path, MODEL)
    decoded(preparation, JPEG)
    large = bytearray(cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 9, (8000, 8000), np.uint8))[1].tobytes())
    large[len(large) // 2 :] = b"\xff\xd9"
    before = resident_mib()
    assert is_refused(preparation, bytes(large))
    assert resident_mib() - before < 20
