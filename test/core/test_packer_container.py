# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The model file: the same bytes for the same content, never half written, and honest about what it is not."""

import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from packer_networks import scaled_network, two_port_network

from hbm_runtime_core.packer import (
    DTYPES,
    Fill,
    Model,
    NetworkOptions,
    PackedModel,
    PackError,
    Program,
    make_tensor,
    pack_network,
    read_package,
    write_package,
)

PACK_AGAIN = """
import sys
from hbm_runtime_core.packer import NetworkOptions, pack_network, write_package
for path in sys.argv[2:]:
    write_package(path, [pack_network(NetworkOptions(sys.argv[1]))])
"""


def timed(name="timed", **options):
    tensor = make_tensor("x", DTYPES["F32"], (1, 4), where="test")
    output = make_tensor("y", DTYPES["F32"], (1, 4), where="test", fill=Fill("copy", input="x"))
    return PackedModel(Model(name, "timed", (tensor,), (output,), **options))


def test_the_same_network_gives_the_same_bytes_within_and_across_processes(tmp_path):
    network = two_port_network(tmp_path / "two.xml")
    files = [tmp_path / f"{i}.hbm" for i in range(3)]
    for arguments in (files[:2], files[2:]):
        subprocess.run([sys.executable, "-c", PACK_AGAIN, network, *arguments], check=True, cwd=os.getcwd())
    assert len({file.read_bytes() for file in files}) == 1


def test_a_file_is_a_zip_that_ordinary_tools_open(tmp_path):
    path = tmp_path / "m.hbm"
    write_package(path, [pack_network(NetworkOptions(scaled_network(tmp_path / "net.xml")))], description="two words")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [
            "manifest.json",
            "provenance.json",
            "programs/0/network.xml",
            "programs/0/network.bin",
        ]
        assert archive.getinfo("programs/0/network.bin").compress_type == zipfile.ZIP_STORED
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["format"], manifest["version"], manifest["description"]) == ("hbm-sim", 1, "two words")
    assert manifest["models"][0]["program"] == {"xml": "programs/0/network.xml", "bin": "programs/0/network.bin"}


def test_what_is_written_is_read_back(tmp_path):
    network = pack_network(NetworkOptions(scaled_network(tmp_path / "net.xml"), name="a", latency_us=500))
    written = write_package(tmp_path / "m.hbm", [network, timed("b")], description="d", soc="s600", created_by="me")
    assert read_package(tmp_path / "m.hbm") == written


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "m.hbm"
    write_package(path, [timed()])
    before = path.read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(PackError, match=r"cannot write .*m\.hbm: No space left on device"):
        write_package(path, [timed("other")])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_has_the_permissions_that_any_new_file_has(tmp_path):
    (tmp_path / "plain").touch()
    write_package(tmp_path / "m.hbm", [timed()])
    assert (tmp_path / "m.hbm").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("models", "soc", "message"),
    [
        ([], "any", "expected 1 to 256 models in a file, got 0"),
        ([timed("a"), timed("a")], "any", "duplicate model name 'a'"),
        ([timed(bpu_cores=2)], "s100", r"bpu_cores must be 1..1 for SoC 's100', got 2"),
        ([timed(latency_us=-1)], "any", "must not be negative"),
    ],
)
def test_models_that_do_not_go_together_are_refused(tmp_path, models, soc, message):
    with pytest.raises(PackError, match=message):
        write_package(tmp_path / "m.hbm", models, soc=soc)
    assert not list(tmp_path.iterdir())


def test_more_bytes_than_a_file_can_have_are_refused(tmp_path, monkeypatch):
    network = pack_network(NetworkOptions(scaled_network(tmp_path / "net.xml")))

    class Weights(bytes):
        size = 1 << 32

        def __len__(self):
            return self.size

    def write():
        write_package(tmp_path / "m.hbm", [replace(network, program=Program(b"", Weights()))])

    with pytest.raises(PackError, match=r"the models take \d+ bytes, more than the 4293918720 of one file") as caught:
        write()
    monkeypatch.setattr("hbm_runtime_core.packer.container._write", lambda path, members: None)
    Weights.size -= int(re.search(r"take (\d+)", str(caught.value))[1]) - 4293918720
    write()
    Weights.size += 1
    with pytest.raises(PackError, match="the models take 4293918721 bytes"):
        write()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(100), r"compiled for a BPU.*hbm pack NETWORK.onnx"),
        (b"PK\x03\x04 and no more", "truncated or damaged"),
        (b"", "not a model file"),
        (b"hello", "not a model file: it starts with b'hell'"),
    ],
)
def test_a_foreign_or_damaged_file_is_called_what_it_is(tmp_path, content, message):
    path = tmp_path / "m.hbm"
    path.write_bytes(content)
    with pytest.raises(PackError, match=message):
        read_package(path)


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "m.hbm"
    write_package(path, [timed()])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(PackError, match="truncated or damaged"):
        read_package(path)


def archive_of(path, content, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("manifest.json", content)
    return path


def test_a_zip_bomb_is_refused_before_memory_is_taken(tmp_path):
    with pytest.raises(PackError, match=r"expand from \d+ to 8388608 bytes, more than 256 times"):
        read_package(archive_of(tmp_path / "m.hbm", b" " * (8 << 20)))


def test_a_member_that_expands_256_times_is_read(tmp_path):
    path = archive_of(tmp_path / "m.hbm", os.urandom(5000))
    archive = path.read_bytes()
    compressed_bytes, claim_at = struct.unpack_from("<I", archive, 18)[0], archive.rindex(b"PK\1\2") + 24

    def claiming(size):
        path.write_bytes(archive[:claim_at] + struct.pack("<I", size) + archive[claim_at + 4 :])
        return path

    with pytest.raises(PackError, match=r"manifest\.json: not JSON"):
        read_package(claiming(256 * compressed_bytes))
    with pytest.raises(PackError, match="more than 256 times"):
        read_package(claiming(256 * (compressed_bytes + 1)))


def test_a_member_may_expand_any_number_of_times_up_to_a_mebibyte(tmp_path):
    with pytest.raises(PackError, match=r"manifest\.json: not JSON"):
        read_package(archive_of(tmp_path / "m.hbm", b" " * (1 << 20)))
    with pytest.raises(PackError, match="more than 256 times"):
        read_package(archive_of(tmp_path / "m.hbm", b" " * ((1 << 20) + 1)))


def test_a_manifest_of_more_than_64_mib_is_refused(tmp_path):
    with pytest.raises(PackError, match=r"manifest\.json: not JSON"):
        read_package(archive_of(tmp_path / "m.hbm", b"x" * (64 << 20), zipfile.ZIP_STORED))
    with pytest.raises(PackError, match="claims 67108865 bytes, more than 67108864"):
        read_package(archive_of(tmp_path / "m.hbm", b"x" * ((64 << 20) + 1), zipfile.ZIP_STORED))


def test_values_of_a_manifest_are_counted_before_memory_is_taken_for_them(tmp_path):
    with pytest.raises(PackError, match="manifest.json: expected an object"):
        read_package(archive_of(tmp_path / "m.hbm", "[" + ",".join("0" * (1 << 20)) + "]", zipfile.ZIP_STORED))
    with pytest.raises(PackError, match="expected at most 1048576 commas and opening brackets, got 1048577"):
        read_package(archive_of(tmp_path / "m.hbm", "[" + ",".join("0" * ((1 << 20) + 1)) + "]", zipfile.ZIP_STORED))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"PK\x01\x02\x14\x03\x14\0\0\0\x08", b"PK\x01\x02\x14\x03\x14\0\0\0\x0c", "must be stored or deflated"),
        (b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\x01", "must be stored or deflated, and not encrypted"),
        (b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff", "truncated or damaged"),
    ],
    ids=["method", "encryption", "version of zip"],
)
def test_archives_that_the_simulator_does_not_read_are_refused(tmp_path, old, new, message):
    path = archive_of(tmp_path / "m.hbm", b"{}")
    assert path.read_bytes().count(old) == 1
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(PackError, match=message):
        read_package(path)


def test_a_member_whose_compressed_data_is_damaged_is_refused(tmp_path):
    path = archive_of(tmp_path / "m.hbm", b"{}" * 50)
    data = bytearray(path.read_bytes())
    data[30 + len("manifest.json")] = 0xFF
    path.write_bytes(data)
    with pytest.raises(PackError, match="the member manifest.json is damaged"):
        read_package(path)


def test_a_missing_model_file_is_a_file_that_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such model file"):
        read_package(tmp_path / "none.hbm")


def edited(tmp_path, change):
    """A model file whose manifest was changed by hand."""
    write_package(tmp_path / "m.hbm", [timed()])
    with zipfile.ZipFile(tmp_path / "m.hbm") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    change(manifest)
    with zipfile.ZipFile(tmp_path / "m.hbm", "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
    return tmp_path / "m.hbm"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(version=2), r"version: this hbm_runtime_core reads version 1, the file has 2"),
        (lambda m: m.update(format="zip"), r"format: expected one of 'hbm-sim', got \"zip\""),
        (lambda m: m.update(models=[]), r"expected 1 to 256 models in a file, got 0"),
        (lambda m: m["models"][0].pop("name"), r"models\[0\]: the field 'name' is missing"),
        (
            lambda m: m["models"][0]["inputs"][0].update(dtype="S9"),
            r"models\[0\].inputs\[0\].dtype: expected one of 'S4', 'U4'",
        ),
        (lambda m: m["models"][0]["inputs"][0].update(shape=[1, 0]), r"inputs\[0\]: dimension 1 must be at least 1"),
        (lambda m: m["models"][0]["inputs"][0].update(shape=[2**31 - 1] * 4), r"strides|bytes"),
        (lambda m: m["models"][0]["outputs"][0]["fill"].update(input="z"), r"copies input 'z', but the inputs are x"),
        (lambda m: m["models"][0].update(engine="openvino"), r"needs the field 'program'"),
    ],
)
def test_a_manifest_that_was_spoilt_names_the_field(tmp_path, change, message):
    with pytest.raises(PackError, match=message):
        read_package(edited(tmp_path, change))
