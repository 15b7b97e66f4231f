# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Model files as the node opens them: each once, with its SHA-256, which a parameter can require."""

import hashlib
import os

import pytest
from model_packages import echo_model, write_models
from rclpy.serialization import serialize_message

from hbm_runtime_core import HB_HBMRuntime
from hbm_runtime_ros import model_files
from hbm_runtime_ros.errors import ConfigurationError
from hbm_runtime_ros.file_locator import OpenFile
from hbm_runtime_ros.model_files import ModelFileCache, ModelHandle


def open_model(file, cache=None, name="echo", sha256=""):
    with OpenFile(file) as opened:
        return ModelHandle(cache or ModelFileCache("sim"), opened, name, "", sha256)


def test_a_model_has_the_sha256_of_its_file(tmp_path):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    model = open_model(file)
    assert model.describe().sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_sha256_is_computed_once_for_the_models_of_one_file(tmp_path, monkeypatch):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    computed = []
    monkeypatch.setattr(model_files, "file_sha256", lambda path: computed.append(os.readlink(path)) or "digits")
    cache = ModelFileCache("sim")
    first, second = (open_model(file, cache, name) for name in ("first", "second"))
    assert [first.describe().sha256, second.describe().sha256, first.describe().sha256] == ["digits"] * 3
    assert computed == [str(file)]


@pytest.fixture
def echo(tmp_path):
    return write_models(tmp_path / "echo.hbm", echo_model())


def sha256_of(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("spell", [str.lower, str.upper])
def test_a_pinned_file_is_loaded_whatever_the_case_of_the_digits(echo, spell):
    assert open_model(echo, sha256=spell(sha256_of(echo))).model_name == "echo"


def test_a_pinned_file_with_other_bytes_is_refused_before_the_library_reads_it(echo, monkeypatch):
    pin, loads = sha256_of(echo), []
    write_models(echo, echo_model(latency_us=2000))
    monkeypatch.setattr(model_files, "HB_HBMRuntime", lambda *_, **__: loads.append(1))
    with pytest.raises(ConfigurationError) as refusal:
        open_model(echo, sha256=pin)
    assert str(refusal.value) == f"parameter 'echo.sha256': expected {pin}, got {sha256_of(echo)} of {echo}"
    assert not loads


def test_a_file_that_is_open_already_is_checked_against_the_pin_of_the_next_model(echo):
    cache = ModelFileCache("sim")
    open_model(echo, cache, "first")
    with pytest.raises(ConfigurationError, match=f"'second.sha256': expected {'0' * 64}, got "):
        open_model(echo, cache, "second", "0" * 64)
    assert open_model(echo, cache, "third", sha256_of(echo)).model_name == "echo"


def replaced_while_loading(monkeypatch, replace):
    """Let `replace` change files between the computation of the SHA-256 and the library."""

    def load(*arguments, **options):
        replace()
        return HB_HBMRuntime(*arguments, **options)

    monkeypatch.setattr(model_files, "HB_HBMRuntime", load)


def test_the_library_reads_the_bytes_that_were_checked_though_another_file_takes_their_place(echo, monkeypatch):
    other = write_models(echo.with_name("other.hbm"), echo_model("other"))
    replaced_while_loading(monkeypatch, lambda: os.replace(other, echo))
    assert open_model(echo, sha256=sha256_of(echo)).model_name == "echo"


@pytest.mark.parametrize("pinned", [False, True])
def test_a_file_that_is_written_while_it_is_loaded_is_refused(echo, monkeypatch, pinned):
    other = write_models(echo.with_name("other.hbm"), echo_model("other")).read_bytes()
    pin = sha256_of(echo) if pinned else ""
    replaced_while_loading(monkeypatch, lambda: echo.write_bytes(other))
    with pytest.raises(ConfigurationError, match=f"'echo.file': {echo} was changed while it was loaded"):
        open_model(echo, sha256=pin)


def test_a_file_without_a_pin_that_is_replaced_while_it_is_loaded_is_refused(echo, monkeypatch):
    other = write_models(echo.with_name("other.hbm"), echo_model("other"))
    replaced_while_loading(monkeypatch, lambda: os.replace(other, echo))
    with pytest.raises(ConfigurationError, match="was changed while it was loaded"):
        open_model(echo)


def test_a_file_without_a_pin_that_is_replaced_after_it_was_opened_is_refused(echo):
    other = write_models(echo.with_name("other.hbm"), echo_model("other"))
    with OpenFile(echo) as opened:
        os.replace(other, echo)
        with pytest.raises(ConfigurationError, match="was changed while it was loaded"):
            ModelHandle(ModelFileCache("sim"), opened, "echo", "")


def test_errors_of_a_pinned_file_name_it_by_its_path(tmp_path):
    broken = tmp_path / "broken.hbm"
    broken.write_bytes(b"no model" * 100)
    with pytest.raises(ConfigurationError) as refusal:
        open_model(broken, sha256=sha256_of(broken))
    assert str(broken) in str(refusal.value)
    assert "/proc" not in str(refusal.value)


def test_a_file_that_was_closed_by_all_of_its_models_is_opened_again(tmp_path):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    cache = ModelFileCache("sim")
    first, second = (open_model(file, cache, name) for name in ("first", "second"))
    assert second.runtime is first.runtime
    first.close()
    assert open_model(file, cache, "third").runtime is second.runtime
    cache = ModelFileCache("sim")
    only = open_model(file, cache, "only")
    only.close()
    assert open_model(file, cache, "again").runtime is not only.runtime


def test_names_that_are_no_utf8_can_be_logged_and_sent(tmp_path, monkeypatch):
    file = write_models(tmp_path / "echo.hbm", echo_model())
    model = open_model(file)
    name = "相".encode("gbk").decode("utf-8", "surrogateescape")
    for facts in ("dtypes", "shapes", "strides", "quants", "descs"):
        of_model = {**getattr(model.runtime, f"output_{facts}")["echo"]}
        of_model[name] = of_model.pop("luma")
        monkeypatch.setattr(HB_HBMRuntime, f"output_{facts}", {"echo": of_model})
    model.output_names[0] = name
    assert model.describe_outputs().startswith("\\xcf\\xe0 U8 [1, ")
    assert serialize_message(model.describe())
