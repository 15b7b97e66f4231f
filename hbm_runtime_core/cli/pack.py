# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm pack`: networks and descriptions into a simulated model file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import packer
from ..errors import HbmFileNotFoundError
from ..packer import InputOptions, NetworkOptions, Nv12, PackedModel, PackError, PackFileError, PortOptions, Quantization
from ..packer.manifest import SOCS
from ..packer.options import COLOR_ORDERS, COLOR_RANGES, LAYOUTS, check_pixel_range, combine
from .arguments import Parser, add_json, add_scale, fraction, integer, integers, named, numbers, scale_of
from .console import Progress, print_json
from .model_table import describe_package, package_json
from .port_format import port_format

if TYPE_CHECKING:
    from ..decode.stored import StoredDecoder

_EPILOG = """\
Options of a port are [NAME=]VALUE; the name may be left out where the network has only one.
TYPE is float32, int8, uint8, int16, int32, ... or TYPE:scale=S[,S...][:zero_point=Z[,Z...]][:axis=A];
scale=@FILE and zero_point=@FILE read .npy, or text with one number per line. A network that is quantized already
(QuantizeLinear, DequantizeLinear) needs no TYPE: its own scales are declared.
Pixels are 0..255: a network trained on pixels of 0..1 takes 255 times its mean and its std.

examples:
  hbm pack net.onnx -o net.hbm
  hbm pack det.onnx --nv12 --input-shape 1,3,640,640 --mean 127.5 --std 127.5 --color-order bgr -o det.hbm
  # mean and std of ImageNet
  hbm pack cls.onnx --nv12 --input-shape 1,3,224,224 --mean 123.675,116.28,103.53 --std 58.395,57.12,57.375 -o cls.hbm
  hbm pack det.onnx --output-dtype prob=int8:scale=0.0078125 -o det.hbm
  hbm pack det.onnx --name detector + cls.onnx --name classifier -o both.hbm
  hbm pack --spec timed.json -o timed.hbm
"""


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "pack",
        help="make a simulated model file from networks or a description",
        description="Make a simulated model file. Several networks go into one file with a lone '+' between them; "
        "the options after a network are its own.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="hbm pack NETWORK [options] [+ NETWORK [options] ...] -o FILE\n       hbm pack --spec DESCRIPTION -o FILE",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument(
        "network",
        nargs="?",
        metavar="NETWORK",
        help="ONNX, OpenVINO IR (.xml), TensorFlow Lite or PaddlePaddle; or a simulated .hbm, which is copied unchanged",
    )
    file = parser.add_argument_group("the file")
    file.add_argument("-o", "--output", metavar="FILE", help="model file to write")
    file.add_argument("--spec", metavar="DESCRIPTION", help="JSON or YAML that describes the models")
    file.add_argument("--file-description", metavar="TEXT", help="text of the whole file")
    file.add_argument("--soc", choices=SOCS, help="SoC that the models are for (default any)")
    add_json(file)
    model = parser.add_argument_group("the model")
    model.add_argument("--name", metavar="NAME", help="name of the model (default: of the network's file)")
    model.add_argument("--description", metavar="TEXT", default="", help="text of the model")
    model.add_argument("--bpu-cores", type=integer(1, 4), default=1, metavar="N", help="BPU cores that a run takes")
    model.add_argument(
        "--latency-us", type=integer(0), default=0, metavar="US", help="BPU time that a run is declared to take"
    )
    model.add_argument(
        "--max-time-per-fc-us",
        type=integer(0),
        default=0,
        metavar="US",
        help="longest function call, between which priorities 254 and 255 preempt (default 0: one call)",
    )
    _add_ports(parser, "input")
    _add_picture(parser)
    _add_ports(parser, "output")
    decoder = parser.add_argument_group("decoder", "What turns the outputs into results; stored in the model's description.")
    decoder.add_argument("--decoder", metavar="FAMILY", help='family, such as yolov8; "auto": recognized by the outputs')
    decoder.add_argument("--labels", metavar="FILE", help="names of the classes, one per line")
    decoder.add_argument("--confidence", type=fraction, metavar="C", help="least score of a result, 0 to 1")
    decoder.add_argument("--iou", type=fraction, metavar="IOU", help="greatest overlap of two boxes that are kept, 0 to 1")


def _add_ports(parser: argparse.ArgumentParser, kind: str) -> None:
    group = parser.add_argument_group(f"{kind}s")

    def add(option: str, metavar: str, parse: Any, text: str) -> None:
        group.add_argument(
            f"--{kind}-{option}", action="append", default=[], type=named(parse), metavar=f"[NAME=]{metavar}", help=text
        )

    add("name", "NEW", str, "its name in the model file")
    add("description", "TEXT", str, "its text")
    if kind == "input":
        add("shape", "1,3,H,W", integers, "shape for a network that leaves it open")
    add("dtype", "TYPE", port_format, "type in the model file; the program converts floats of the network")
    add("strides", "BYTES,...", integers, "strides in bytes")
    add("stride-align", "BYTES", integer(1), "round strides up to a multiple; without NAME: of all")
    if kind == "output":
        group.add_argument(
            "--drop-output", action="append", default=[], metavar="NAME", help="leave this output of the network out"
        )


def _add_picture(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("picture inputs")
    group.add_argument("--nv12", action="store_true", help="the only input takes NV12, in two planes: NAME_y, NAME_uv")
    group.add_argument("--nv12-input", action="append", default=[], metavar="NAME", help="this input takes NV12")
    group.add_argument("--mean", type=numbers, metavar="M[,M,M]", help="subtracted from pixels of 0..255 (default 0)")
    add_scale(group)
    group.add_argument("--color-order", choices=COLOR_ORDERS, help="channels of the network (default rgb)")
    group.add_argument("--layout", choices=LAYOUTS, help="of the network's input (default: found from its shape)")
    group.add_argument(
        "--model-range", "--color-range", choices=COLOR_RANGES, help="of the NV12 picture, BT.601 (default limited)"
    )


def parse(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Read `pack NETWORK ... + NETWORK ...`: every part by itself, what concerns the file from whichever has it."""
    parts: list[list[str]] = [[]]
    for argument in arguments[1:]:
        if argument == "+":
            parts.append([])
        else:
            parts[-1].append(argument)
    parsed = [parser.parse_args(["pack", *part]) for part in parts]
    result = parsed[0]
    result.parts = parsed
    for option in ("output", "spec", "file_description", "soc"):
        given = [getattr(part, option) for part in parsed if getattr(part, option) is not None]
        if len(given) > 1:
            result.parser.error(f"duplicate --{option.replace('_', '-')}: {given[0]} and {given[1]}")
        setattr(result, option, given[0] if given else None)
    result.json = any(part.json for part in parsed)
    networks = [part.network for part in parsed if part.network]
    if result.output is None:
        result.parser.error("the model file to write is missing: -o MODEL.hbm")
    if result.spec and networks:
        result.parser.error("give networks or --spec, not both; a description can name networks")
    if result.spec:
        _refuse_network_options(result.parser, parsed, vars(parser.parse_args(["pack"])))
    if not result.spec and len(networks) != len(parsed):
        result.parser.error("a NETWORK is missing: hbm pack NETWORK -o MODEL.hbm, or --spec DESCRIPTION")
    return result


def _refuse_network_options(
    parser: argparse.ArgumentParser, parts: Sequence[argparse.Namespace], defaults: dict[str, Any]
) -> None:
    """With --spec everything about a model is in the description; an option beside it would have no effect."""
    of_file = ("output", "spec", "file_description", "soc", "json", "parts")
    for part in parts:
        for option, default in defaults.items():
            if option not in of_file and getattr(part, option) != default:
                name = option.replace("_", "-")
                parser.error(f"--{name} cannot be combined with --spec: put it into the description")


def run(options: argparse.Namespace) -> int:
    description, soc = options.file_description, options.soc
    models: list[PackedModel] = []
    if options.spec:
        spec = packer.read_description(options.spec)
        description = description or spec.description
        soc = soc or spec.soc
        with Progress("packing", len(spec.models)) as progress:
            models = spec.pack(lambda name: progress.update(len(models), name))
    else:
        with Progress("packing", len(options.parts)) as progress:
            for part in options.parts:
                progress.update(len(models), part.network)
                models += _models_of(part)
    package = packer.write_package(options.output, models, description=description or "", soc=soc or "any")
    if options.json:
        print_json(package_json(package, options.output))
    else:
        print(describe_package(package, options.output))
    return 0


def _models_of(part: argparse.Namespace) -> list[PackedModel]:
    options = _network_options(part)
    if Path(part.network).suffix != ".hbm":
        return [packer.pack_network(options)]
    if options != NetworkOptions(part.network, name=Path(part.network).stem):
        raise PackError(f"{part.network}: a model file is copied unchanged and takes no options")
    return list(packer.read_package(part.network).models)


def _network_options(part: argparse.Namespace) -> NetworkOptions:
    inputs: dict[str, InputOptions] = {}
    outputs: dict[str, PortOptions] = {}
    align = {"input": 1, "output": 1}

    def give(kind: str, name: str, **fields: Any) -> None:
        where = f"{part.network}, {kind} '{name}'" if name else f"{part.network}, the {kind}"
        if kind == "input":
            inputs[name] = combine(inputs.get(name, InputOptions()), InputOptions(**fields), where)
        else:
            outputs[name] = combine(outputs.get(name, PortOptions()), PortOptions(**fields), where)

    for kind in ("input", "output"):
        for option, fields in _port_fields(part, kind):
            for name, value in option:
                give(kind, name, **fields(value))
        for name, value in getattr(part, f"{kind}_stride_align"):
            if name:
                give(kind, name, stride_align_bytes=value)
            elif align[kind] != 1:
                raise PackError(f"{part.network}: duplicate --{kind}-stride-align: {align[kind]} and {value}")
            else:
                align[kind] = value
    for name in _picture_names(part):
        give("input", name, nv12=_picture(part))
    if part.max_time_per_fc_us and not part.latency_us:
        raise PackError(f"{part.network}: --max-time-per-fc-us divides the time of --latency-us, which is missing")
    return NetworkOptions(
        part.network,
        name=part.name or Path(part.network).stem,
        description=part.description,
        inputs=inputs,
        outputs=outputs,
        input_stride_align_bytes=align["input"],
        output_stride_align_bytes=align["output"],
        bpu_cores=part.bpu_cores,
        latency_us=part.latency_us,
        max_time_per_fc_us=part.max_time_per_fc_us,
        drop_outputs=tuple(part.drop_output),
        decoder=_decoder(part),
    )


def _decoder(part: argparse.Namespace) -> StoredDecoder | None:
    if part.decoder is None:
        for option in ("labels", "confidence", "iou"):
            if getattr(part, option) is not None:
                raise PackError(
                    f"{part.network}: --{option} belongs to a decoder; name it: --decoder FAMILY, or --decoder auto"
                )
        return None
    from ..decode.stored import StoredDecoder, read_labels

    try:
        return StoredDecoder(part.decoder, read_labels(part.labels), part.confidence, part.iou)
    except HbmFileNotFoundError as error:
        raise PackFileError(f"{part.network}: {error}") from None


def _port_fields(part: argparse.Namespace, kind: str) -> list[tuple[list[tuple[str, Any]], Any]]:
    def dtype_fields(value: tuple[packer.DType, Quantization | None]) -> dict[str, Any]:
        return {"dtype": value[0], "quantization": value[1]}

    options = [
        (getattr(part, f"{kind}_name"), lambda value: {"rename": value}),
        (getattr(part, f"{kind}_description"), lambda value: {"description": value}),
        (getattr(part, f"{kind}_dtype"), dtype_fields),
        (getattr(part, f"{kind}_strides"), lambda value: {"strides": value}),
    ]
    if kind == "input":
        options.append((part.input_shape, lambda value: {"shape": value}))
    return options


def _picture_names(part: argparse.Namespace) -> list[str]:
    names = ([""] if part.nv12 else []) + part.nv12_input
    if not names:
        for option in ("mean", "scale", "std", "color_order", "layout", "model_range"):
            if getattr(part, option) is not None:
                remedy = "say which input is one: --nv12, or --nv12-input NAME"
                if option in ("mean", "scale", "std"):
                    remedy += ". An input that stays float takes mean and scale when it is run: hbm run --mean, or the "
                    remedy += "parameter `mean` of the node"
                raise PackError(f"{part.network}: --{option.replace('_', '-')} describes an NV12 picture; {remedy}")
    return names


def _picture(part: argparse.Namespace) -> Nv12:
    mean, scale = part.mean or (0.0,), scale_of(part) or (1.0,)
    check_pixel_range(mean, scale, part.network, is_std=part.std is not None)
    return Nv12(
        mean=mean,
        scale=scale,
        color_order=part.color_order or "rgb",
        layout=part.layout,
        color_range=part.model_range or "limited",
    )
