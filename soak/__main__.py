# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the node and the runtime under changing load, and leaves out/soak/ with a report, a plot and all samples.

Started by `make soak`. The exit code is 0 if nothing grew and nothing unexpected happened.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import matplotlib

from bench import machine
from bench.harness import pack, timed_model
from bench.ros_graph import Graph, detector
from hbm_runtime_core.whole_file import write_whole_text
from soak.node_load import JPEG_TOPIC, RAW_TOPIC, NodeLoad

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import psutil

from soak.verdict import Slope, slope

CHECKOUT = Path(__file__).resolve().parent.parent
_SAMPLES = 360
_MODELS = {
    "urgent": {"latency_us": 5_000, "input_topic": RAW_TOPIC},
    "busy": {"latency_us": 200_000, "input_topic": RAW_TOPIC},
    "jpeg": {"latency_us": 20_000, "input_topic": JPEG_TOPIC},
}
# Quantity, and the growth per hour that is accepted: a few pages, no descriptor, and the threads that the runtime starts and
# keeps where a release takes long.
_QUANTITIES = {"memory, MiB": 1.0, "descriptors": 0.5, "threads": 4.0}


def main() -> int:
    """Return 0 if nothing grew and nothing unexpected happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="how long (default: 60)")
    parser.add_argument("--output", type=Path, default=CHECKOUT / "out" / "soak", metavar="FOLDER")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    samples, counts, problems = _run(arguments.minutes * 60)
    if not samples:
        print("\n".join(["soak: ended before its first sample", *problems]), file=sys.stderr)
        return 1
    times_s = samples.pop("time, s")
    slopes = [slope(name, times_s, values, _tolerance(name)) for name, values in samples.items() if "latency" not in name]
    write_whole_text(arguments.output / "samples.json", json.dumps({"time, s": times_s, **samples}, indent=1))
    summary = {"slopes": [{**asdict(each), "grows": each.grows} for each in slopes], "counts": counts, "problems": problems}
    write_whole_text(arguments.output / "summary.json", json.dumps(summary, indent=1))
    _plot(times_s, samples, arguments.output / "soak.png")
    report = _report(arguments.minutes, slopes, samples, counts, problems)
    write_whole_text(arguments.output / "report.md", report)
    print(f"{report}\n{arguments.output / 'report.md'}")
    return 1 if problems or any(fitted.grows for fitted in slopes) else 0


def _tolerance(name: str) -> float:
    return next(tolerance for quantity, tolerance in _QUANTITIES.items() if name.endswith(quantity))


def _run(duration_s: float) -> tuple[dict[str, list[float]], dict[str, int], list[str]]:
    """Sample both processes under load: quantity to its samples, what was done, and what went wrong."""
    file = pack(*(detector(name, options["latency_us"]) for name, options in _MODELS.items()))
    guest_file = pack(detector("guest", 10_000))
    runtime_file = pack(*(timed_model(f"model_{index}", 500 * index) for index in range(1, 5)))
    models = {
        name: {"file": file, "model_name": name, "input_topic": options["input_topic"]} for name, options in _MODELS.items()
    }
    samples: dict[str, list[float]] = {}
    with Graph() as graph:
        node = graph.inference_node(**models, allowed_model_dirs=[str(Path(guest_file).parent)])
        command = [sys.executable, "-m", "soak.runtime_load", runtime_file]
        with (
            subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as runtime,
            NodeLoad([f"/hbm_inference/{name}/result" for name in models], guest_file) as load,
        ):
            processes = {"node": node, "runtime": psutil.Process(runtime.pid)}
            start_s = time.monotonic()
            for index in range(1, _SAMPLES + 1):
                time.sleep(max(0.0, start_s + duration_s * index / _SAMPLES - time.monotonic()))
                if load.problems or runtime.poll() is not None:
                    break
                _sample(samples, time.monotonic() - start_s, processes, load.take_latencies_ms())
                if index % (_SAMPLES // 20) == 0:
                    print(f"soak: {index * 100 // _SAMPLES} %", flush=True)
            problems = list(load.problems)
            output, _ = runtime.communicate()
        log = "".join(path.read_text(errors="replace") for path in graph.folder.glob("inference_node_*.log"))
    print()
    problems += [line for line in log.splitlines() if "[ERROR]" in line or "Traceback" in line]
    if runtime.returncode != 0:
        problems.append(f"the runtime's program ended with exit code {runtime.returncode}: {output}")
    return samples, {**load.counts, "runtime calls": int(output.split()[0])}, problems


def _sample(
    samples: dict[str, list[float]], now_s: float, processes: dict[str, psutil.Process], latencies_ms: list[float]
) -> None:
    row = {"time, s": now_s}
    for name, process in processes.items():
        row[f"{name}: memory, MiB"] = process.memory_full_info().uss / 2**20
        row[f"{name}: descriptors"] = process.num_fds()
        row[f"{name}: threads"] = process.num_threads()
    for percentile in (50, 99):
        row[f"node: latency p{percentile}, ms"] = (
            float(np.percentile(latencies_ms, percentile)) if latencies_ms else float("nan")
        )
    for quantity, value in row.items():
        samples.setdefault(quantity, []).append(value)


def _plot(times_s: Sequence[float], samples: dict[str, list[float]], file: Path) -> None:
    quantities = [*_QUANTITIES, "latency"]
    figure, all_axes = plt.subplots(len(quantities), 1, figsize=(9, 9), sharex=True, layout="constrained")
    for axes, quantity in zip(all_axes, quantities):
        for name, values in samples.items():
            if quantity in name:
                axes.plot(np.asarray(times_s) / 60, values, label=name.partition(",")[0], linewidth=1)
        axes.set_ylabel("latency, ms" if quantity == "latency" else quantity)
        axes.set_ylim(bottom=0)
        axes.legend(loc="lower right", fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    all_axes[-1].set_xlabel("minutes")
    figure.savefig(file, dpi=110)
    plt.close(figure)


def _report(
    minutes: float, slopes: Sequence[Slope], samples: dict[str, list[float]], counts: dict[str, int], problems: Sequence[str]
) -> str:
    described = machine.describe()
    lines = [
        "# Soak test",
        "",
        f"{minutes:g} minutes on {described['processor']}, {described['processors']} processors, {described['time']}: "
        + ", ".join(f"{count} {name}" for name, count in counts.items())
        + ".",
        "",
        "| quantity | mean | change per hour | 95 % confidence | verdict |",
        "| --- | --: | --: | --: | --- |",
    ]
    for fitted in slopes:
        verdict = "**grows**" if fitted.grows else "constant"
        lines.append(
            f"| {fitted.name} | {fitted.level:.1f} | {fitted.per_hour:+.2f} | {fitted.low:+.2f} to {fitted.high:+.2f} "
            f"| {verdict} |"
        )
    for name in ("node: latency p50, ms", "node: latency p99, ms"):
        lines.append(f"| {name} | {np.nanmean(samples[name]):.1f} | | | |")
    lines += ["", "![Memory, descriptors, threads and latency over time](soak.png)", ""]
    lines += (
        [f"**{len(problems)} problems**", "", *(f"    {problem}" for problem in problems)] if problems else ["No problems."]
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
