# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm run`: one inference; files or noise in, files or statistics out."""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from .arguments import add_json
from .calls import add_call_options, load, request_maker, run_arguments
from .console import print_json, table
from .errors import InputError


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "run",
        help="run a model once on files or noise",
        description="Run a model once. Without --output it prints statistics of what came out.",
        epilog="example: hbm run det.hbm --input data=page.png --output out/",
    )
    parser.set_defaults(run=run)
    add_call_options(parser)
    parser.add_argument("--random", action="store_true", help="seeded noise for inputs that no file is given for")
    parser.add_argument("--dequantize", action="store_true", help="quantised outputs as real numbers (float32)")
    parser.add_argument("-o", "--output", metavar="PATH", help="FILE.npz for all outputs, or a folder for a file an output")
    parser.add_argument("--format", choices=("npy", "bin"), default="npy", help="of the files in a folder (default npy)")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    runtime, model = load(options)
    request = request_maker(runtime, model, options, random=options.random)()
    outputs = request.run(**run_arguments(options))
    if options.dequantize:
        from .. import dequantize

        quants = runtime.output_quants[model]
        outputs = {
            name: dequantize(array, quants[name]) if quants[name].quant_type == 1 else array
            for name, array in outputs.items()
        }
    ordered = {name: outputs[name] for name in runtime.output_names[model]}
    files = _write(ordered, options) if options.output else {}
    timing = request.timing
    facts = {
        "model": model,
        "backend": runtime.backend,
        "soc": runtime.soc,
        "timing_us": {
            stage: round(getattr(timing, f"{stage}_us"), 1) for stage in ("copy_in", "queue", "device", "copy_out", "total")
        },
        "outputs": [
            {"name": name, **_statistics(array), **({"file": files[name]} if name in files else {})}
            for name, array in ordered.items()
        ],
    }
    if options.json:
        print_json(facts)
    else:
        print(_text(facts))
    return 0


def _statistics(array: np.ndarray) -> dict[str, Any]:
    """What a person looks at first. Of an empty array, or one of NaN alone, there is no least and no mean."""
    values = array.astype(np.float64).ravel()
    finite = values[~np.isnan(values)]
    result: dict[str, Any] = {"dtype": str(array.dtype), "shape": list(array.shape)}
    for name in ("min", "max", "mean", "std"):
        result[name] = float(getattr(finite, name)()) if finite.size else None
    result["nan"] = int(values.size - finite.size)
    return result


def _text(facts: dict[str, Any]) -> str:
    rows = [["output", "type", "shape", "min", "max", "mean", "std", "NaN", "file"]]
    for output in facts["outputs"]:
        numbers = ["-" if output[key] is None else f"{output[key]:.6g}" for key in ("min", "max", "mean", "std")]
        shape = "[" + ",".join(map(str, output["shape"])) + "]"
        rows.append([output["name"], output["dtype"], shape, *numbers, str(output["nan"]), output.get("file", "")])
    stages = ", ".join(f"{stage.replace('_', ' ')} {value:g} us" for stage, value in facts["timing_us"].items())
    head = f"{facts['model']} on {facts['soc']} (backend {facts['backend']}): {stages}"
    return head + "\n" + table(rows, right=(3, 4, 5, 6, 7))


def _write(outputs: dict[str, np.ndarray], options: argparse.Namespace) -> dict[str, str]:
    path = Path(options.output)
    try:
        if path.suffix == ".npz":
            _write_npz(path, outputs)
            return dict.fromkeys(outputs, str(path))
        path.mkdir(parents=True, exist_ok=True)
        files: dict[str, Path] = {}
        for name, array in outputs.items():
            # Names of networks hold slashes and colons; a file's must not lead out of the folder.
            file = path / ("".join(c if c.isalnum() or c in "._-" else "_" for c in name) + f".{options.format}")
            if file in files.values():
                raise InputError(f"two outputs would be written to {file}; use --output FILE.npz")
            if options.format == "npy":
                np.save(file, array)
            else:
                np.ascontiguousarray(array).tofile(file)
            files[name] = file
        return {name: str(file) for name, file in files.items()}
    except OSError as error:
        raise InputError(f"cannot write {error.filename or path}: {error.strerror}") from None


def _write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    # numpy.savez takes names as keywords: an output called "file" would clash with a parameter of its own.
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
