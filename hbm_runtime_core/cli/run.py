# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm run`: runs one inference on files or noise, and prints or writes its results."""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ..whole_file import whole_file
from .arguments import add_json, integer
from .calls import RequestMaker, add_call_options, load, run_arguments
from .console import print_json, table, warn
from .decoded import add_decode_options, check_decode_options, decode_outputs, results_text
from .errors import InputError, UsageError
from .load_test import STAGES

# Outputs of up to this many elements are printed whole.
_FEW = 16

_EPILOG = """\
examples:
  hbm run det.hbm --input page.png --output out/
  hbm run net.hbm --input cat.jpg --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375 --top 5
  hbm run yolo11n.hbm --input street.jpg --decode --labels coco.txt --draw found.jpg
  hbm run net.hbm --random --bpu-cores 0,1
"""


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "run",
        help="run a model once on files or noise",
        description="Run a model once. It prints statistics of the outputs, and the values of small ones.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_call_options(parser)
    parser.add_argument(
        "--random", action="store_const", const=True, help="seeded noise for inputs that no file is given for"
    )
    outputs = parser.add_argument_group("outputs")
    outputs.add_argument("--dequantize", action="store_true", help="quantized outputs as real numbers (float32)")
    outputs.add_argument("--top", type=integer(1), metavar="N", help="print the N largest values of each output")
    outputs.add_argument(
        "-o", "--output", metavar="PATH", help="FILE.npz for all outputs, or a folder with one file per output"
    )
    outputs.add_argument("--format", choices=("npy", "bin"), help="of the files in a folder (default npy)")
    add_json(outputs)
    add_decode_options(parser)


def run(options: argparse.Namespace) -> int:
    if options.format and (options.output is None or Path(options.output).suffix == ".npz"):
        raise UsageError("--format is ignored because there is no folder of outputs; give --output FOLDER/, or remove it")
    check_decode_options(options)
    runtime, model = load(options)
    make_request = RequestMaker(runtime, model, options, random=bool(options.random))
    request = make_request()
    outputs = request.run(**run_arguments(options))
    results: dict[str, Any] = {}
    if options.decode:
        results = decode_outputs(runtime, model, outputs, make_request.picture, options)
    if options.dequantize:
        from .. import dequantize

        quants = runtime.output_quants[model]
        quantized = [name for name in outputs if quants[name].quant_type == 1]
        if not quantized:
            warn(f"--dequantize is ignored because no output of model '{model}' is quantized")
        outputs = {**outputs, **{name: dequantize(outputs[name], quants[name]) for name in quantized}}
    ordered = {name: outputs[name] for name in runtime.output_names[model]}
    files = _write(ordered, options) if options.output else {}
    timing = request.timing
    facts = {
        "model": model,
        "backend": runtime.backend,
        "soc": runtime.soc,
        "timing_us": {stage: round(getattr(timing, f"{stage}_us"), 1) for stage in (*STAGES, "total")},
        "outputs": [
            {
                "name": name,
                **_statistics(array),
                **({"values": array.ravel().tolist()} if array.size <= _FEW else {}),
                **({"top": _largest(array, options.top)} if options.top else {}),
                **({"file": files[name]} if name in files else {}),
            }
            for name, array in ordered.items()
        ],
        **({"results": results} if options.decode else {}),
    }
    if options.json:
        print_json(facts)
    else:
        print(_text(facts))
    return 0


def _statistics(array: np.ndarray) -> dict[str, Any]:
    """Statistics of an array; without minimum and mean if it is empty or only NaN."""
    values = array.astype(np.float64).ravel()
    finite = values[~np.isnan(values)]
    result: dict[str, Any] = {"dtype": str(array.dtype), "shape": list(array.shape)}
    for name in ("min", "max", "mean", "std"):
        result[name] = float(getattr(finite, name)()) if finite.size else None
    result["nan"] = int(values.size - finite.size)
    return result


def _largest(array: np.ndarray, count: int) -> list[dict[str, Any]]:
    """The largest values with their indices, without the axes of length 1; NaN is no value."""
    used = np.squeeze(array)
    flat = np.atleast_1d(used).ravel()
    order = np.argsort(-flat.astype(np.float64), kind="stable")
    order = order[~np.isnan(flat[order].astype(np.float64))][:count]
    return [{"index": [int(i) for i in np.unravel_index(place, used.shape)], "value": flat[place].item()} for place in order]


def _text(facts: dict[str, Any]) -> str:
    rows = [["output", "type", "shape", "min", "max", "mean", "std", "NaN", "file"]]
    for output in facts["outputs"]:
        numbers = ["-" if output[key] is None else f"{output[key]:.6g}" for key in ("min", "max", "mean", "std")]
        shape = "[" + ",".join(map(str, output["shape"])) + "]"
        rows.append([output["name"], output["dtype"], shape, *numbers, str(output["nan"]), output.get("file", "")])
    stages = ", ".join(f"{stage} {value:g} us" for stage, value in facts["timing_us"].items())
    head = f"{facts['model']} on {facts['soc']} (backend {facts['backend']}): {stages}"
    if "results" in facts:
        return "\n".join([head, results_text(facts["results"])])
    return "\n".join([head, table(rows, right=(3, 4, 5, 6, 7)), *_value_lines(facts["outputs"])])


def _value_lines(outputs: list[dict[str, Any]]) -> list[str]:
    lines = []
    for output in outputs:
        if "top" in output:
            lines.append(f"{output['name']}, largest values:")
            lines += [f"  [{','.join(map(str, each['index']))}] {_shown(each['value'])}" for each in output["top"]]
        elif "values" in output:
            lines.append(f"{output['name']}: " + " ".join(map(_shown, output["values"])))
    return lines


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _write(outputs: dict[str, np.ndarray], options: argparse.Namespace) -> dict[str, str]:
    path = Path(options.output)
    try:
        if path.suffix == ".npz":
            _write_npz(path, outputs)
            return dict.fromkeys(outputs, str(path))
        path.mkdir(parents=True, exist_ok=True)
        files: dict[str, Path] = {}
        for name, array in outputs.items():
            # Names of networks contain slashes and colons; file names must stay inside the folder.
            file = path / ("".join(c if c.isalnum() or c in "._-" else "_" for c in name) + f".{options.format or 'npy'}")
            if file in files.values():
                raise InputError(f"two outputs would be written to {file}; use --output FILE.npz")
            with whole_file(file) as stream:
                stream.write(np.ascontiguousarray(array).data if options.format == "bin" else _npy_bytes(array))
            files[name] = file
        return {name: str(file) for name, file in files.items()}
    except OSError as error:
        raise InputError(f"cannot write {error.filename or path}: {error.strerror}") from None


def _npy_bytes(array: np.ndarray) -> bytes:
    # numpy.save() writes real files with C's buffered output, and does not notice that the last part failed.
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    # numpy.savez takes names as keywords: an output called "file" would clash with a parameter of its own.
    with whole_file(path) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
