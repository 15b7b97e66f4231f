# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`hbm perf`: how fast a model runs."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from .arguments import add_json, integer, positive
from .calls import RequestMaker, add_call_options, load, run_arguments
from .console import Progress, print_json, table
from .histogram import save_png, text_histogram
from .load_test import STAGES, LoadTest, Measurement, percentile


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "perf",
        help="measure frames per second and latency",
        description="Run a model repeatedly from one or several threads. Inputs are filled once, in the model's own\n"
        "buffers: what is measured is the runtime and the device.",
        epilog="examples:\n  hbm perf det.hbm --threads 4 --frames 1000 --bpu-cores any\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_call_options(parser)
    measure = parser.add_argument_group("measurement")
    amount = measure.add_mutually_exclusive_group()
    amount.add_argument("--frames", type=integer(1), metavar="N", help="frames of all threads (default 200)")
    amount.add_argument("--seconds", type=positive, metavar="S", help="measure for this time instead")
    measure.add_argument("--threads", type=integer(1, 256), default=1, metavar="N", help="calling threads (default 1)")
    measure.add_argument(
        "--warm-up", type=integer(0), default=5, metavar="N", help="frames per thread before measuring (default 5)"
    )
    measure.add_argument("--png", metavar="FILE", help="save the histogram as a picture (needs matplotlib)")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    runtime, model = load(options)
    make = RequestMaker(runtime, model, options, random=True)
    arguments = run_arguments(options)
    requests = [make() for _ in range(options.threads)]
    frames = None if options.seconds else options.frames or 200
    test = LoadTest([partial(_timed_run, request, arguments) for request in requests], options.warm_up)
    with Progress(f"measuring {model}", frames or 0) as progress:
        result = test.run(frames, options.seconds, progress.update)
    facts = {
        "model": model,
        "backend": runtime.backend,
        "soc": runtime.soc,
        "threads": options.threads,
        **{name: arguments.get(name) for name in ("priority", "bpu_cores")},
        **result.to_json(),
    }
    if options.png:
        save_png(result, f"{model} on {runtime.soc} ({runtime.backend}), {options.threads} threads", options.png)
        facts["png"] = options.png
    if options.json:
        print_json(facts)
    else:
        print(_text(facts, result))
    return 0


def _timed_run(request: Any, arguments: dict[str, Any]) -> list[float]:
    request.run(**arguments)
    timing = request.timing
    return [getattr(timing, f"{stage}_us") for stage in STAGES]


def _text(facts: dict[str, Any], result: Measurement) -> str:
    cores = facts["bpu_cores"]
    how = [
        f"{facts['threads']} thread{'s' if facts['threads'] > 1 else ''}",
        f"priority {0 if facts['priority'] is None else facts['priority']}",
        "any core" if cores in (None, [-1]) else "cores " + ",".join(map(str, cores)),
    ]
    latency = [["latency (us)", *(name for name in facts["latency_us"])]]
    latency.append(["", *(f"{value:.0f}" for value in facts["latency_us"].values())])
    stages = [["stage (us)", *STAGES]]
    for label, fraction in (("p50", 0.5), ("p99", 0.99)):
        stages.append([label, *(f"{percentile(sorted(values), fraction):.0f}" for values in result.stages_us)])
    parts = [
        f"{facts['model']} on {facts['soc']} (backend {facts['backend']}): {', '.join(how)}",
        f"{facts['frames']} frames in {facts['elapsed_s']:.3f} s: {facts['fps']:.1f} frames/s",
        table(latency, right=range(1, 9)),
        table(stages, right=range(1, 9)),
        text_histogram(result.latencies_us),
    ]
    return "\n\n".join(parts)
