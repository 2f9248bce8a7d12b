"""How fast this machine is: decoding, training, starting, and the decode channel under a crowd.

Everything is measured on the shipped checkpoint "vae", but for the grid of pictures, which is a rung's of the
beta ladder, and on the real server in a process of its own.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vae.bench.crowd import run_crowd
from vae.bench.server import ROOT, App, running_app
from vae.config import LATENT_DIM, PIXELS, TrainingConfig
from vae.data import Digits
from vae.device import choose_device, describe, machine
from vae.model import ladder
from vae.serving import manifold
from vae.serving.decoding import DEFAULT, DecoderService
from vae.serving.passes import draw
from vae.training.presets import PRESETS
from vae.training.stages import VAEFit

BATCHES = (1, 16, 256, 4096)  # points decoded in one pass
CROWDS = (1, 100, 300)  # clients
RATE = 20.0  # pointer moves per second and client
SECONDS = 10.0  # of each crowd
BUDGET = 1.0  # seconds of each of the other measurements
TRAINING_IMAGES = 10_000
STARTS = 3  # of which the median is given

Figures = dict[str, Any]


class BenchmarkError(RuntimeError):
    """Nothing can be measured; the message is one sentence."""


def run(crowds: Sequence[int] = CROWDS, seconds: float = SECONDS) -> Figures:
    """All figures as one object that fits into JSON; takes a minute or two.

    - `decode_ms`, `encode_ms`: what one picture, or one image, takes inside the server, wall clock.
    - `decodes_per_second`: by batch, from points on the host to pictures on the host; on CUDA timed with
      events.
    - `manifold_ms`: the picture of the largest grid as the server makes it, median, wall clock: one pass of
      a rung's decoder over all points, mosaic, PNG; of "vae" where there is no rung. `manifold_pass_ms` is
      the pass alone, timed like `decodes_per_second`.
    - These use one thread of a CPU, as the app does; training uses them all.
    - `startup_seconds`: from the start of the process to its first page, decoders loaded and warm.
    - `channel`: a wait lasts from a pointer's move to its picture. A move that a newer one overtook gets
      none; that is the difference between `offered_per_second` and `replies_per_second`.

    Raises DeviceError, BenchmarkError if there is nothing to decode, and StartError.
    """
    device = choose_device()
    figures: Figures = {"device": describe(device), "machine": machine(), "torch": torch.__version__}
    figures |= decoding_figures(device)
    figures["training_images_per_second"] = round(training_speed(device))
    starts = []
    for _ in range(STARTS - 1):
        with running_app(ROOT) as app:
            starts.append(app.startup)
    with running_app(ROOT) as app:
        figures["startup_seconds"] = round(statistics.median([*starts, app.startup]), 2)
        figures["channel"] = [crowd_figures(app, clients, seconds) for clients in crowds]
    return figures


def as_text(figures: Figures) -> str:
    """The figures as a table for people."""
    decodes, grid = figures["decodes_per_second"], manifold.SIDES[1]
    lines = [
        f"Device                {figures['device']} ({figures['machine']}, torch {figures['torch']})",
        "One decode            p50 {p50:.2f} ms, p95 {p95:.2f} ms".format(**figures["decode_ms"]),
        "One encode            p50 {p50:.2f} ms, p95 {p95:.2f} ms".format(**figures["encode_ms"]),
        *(f"Decodes per second    {decodes[batch]:>9,.0f} at batch {batch}" for batch in decodes),
        f"Grid of {grid} x {grid} as PNG  {figures['manifold_ms']:.1f} ms, "
        f"of which decoding {figures['manifold_pass_ms']:.1f} ms",
        f"Training              {figures['training_images_per_second']:,} images per second",
        f"Start to first page   {figures['startup_seconds']:.1f} s",
        "",
        "Decode channel, each client moving its pointer 20 times a second",
        "clients  offered/s  replies/s  slowest/s   p50 ms   p95 ms   p99 ms  errors   memory MB",
    ]
    for row in figures["channel"]:
        known = {name: math.nan if value is None else value for name, value in row.items()}
        lines.append(
            "{clients:7.0f} {offered_per_second:10.0f} {replies_per_second:10.0f} "
            "{slowest_client_per_second:10.1f} {p50_ms:8.1f} {p95_ms:8.1f} {p99_ms:8.1f} {errors:7.0f} "
            "  {memory_mb_before:.0f} to {memory_mb_after:.0f}".format(**known)
        )
    return "\n".join(lines)


# -- decoding and training -----------------------------------------------------------------------------------


def decoding_figures(device: torch.device) -> Figures:
    """`decode_ms`, `decodes_per_second` and those of the manifold."""
    rng = np.random.default_rng(0)
    points = {n: rng.normal(size=(n, LATENT_DIM)).astype(np.float32) for n in BATCHES}
    with one_thread(), closing(DecoderService(ROOT / "checkpoints", device)) as service:
        if DEFAULT not in service.names:
            raise BenchmarkError(service.problems[f"{DEFAULT}.pt"])
        model = service.model(DEFAULT)
        waits = repeat(partial(service.decode, DEFAULT, points[1]), wall_clock)
        image = rng.random((1, PIXELS), dtype=np.float32)
        encodes = repeat(partial(service.encode, DEFAULT, image), wall_clock)
        passes = {n: repeat(partial(draw, model, z, device), clock_of(device)) for n, z in points.items()}
        rung = next((name for name in service.names if ladder.beta_of(name) is not None), DEFAULT)
        grids = repeat(partial(manifold.png, service, rung, manifold.SIDES[1], None), wall_clock)
        grid = manifold.lattice(manifold.SIDES[1], None)
        grid_pass = repeat(partial(draw, service.model(rung), grid, device), clock_of(device))
    return {
        "decode_ms": percentiles(waits),
        "encode_ms": percentiles(encodes),
        "manifold_ms": round(statistics.median(grids) * 1e3, 1),
        "manifold_pass_ms": round(statistics.median(grid_pass) * 1e3, 2),
        "decodes_per_second": {
            str(n): round(n / statistics.median(seconds)) for n, seconds in passes.items()
        },
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    p50, p95 = np.percentile(seconds, [50, 95]) * 1e3
    return {"p50": round(p50, 3), "p95": round(p95, 3)}


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it torch computes on one thread of a CPU, and so do the threads that are started there."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def training_speed(device: torch.device) -> float:
    """Images per second of the preset "vae" in the second of two epochs; what they show plays no part."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (TRAINING_IMAGES, PIXELS)).astype(np.uint8)
    digits = Digits(images, np.zeros(TRAINING_IMAGES, np.uint8))
    config = PRESETS["vae"].model
    assert config is not None
    *_, last = VAEFit(config, TrainingConfig(epochs=2), digits, device).epochs()
    return TRAINING_IMAGES / last.seconds


Clock = Callable[[Callable[[], object]], float]  # seconds of one call


def repeat(call: Callable[[], object], clock: Clock) -> list[float]:
    """Call once to warm up, then for BUDGET seconds; seconds of each call."""
    call()
    end = time.perf_counter() + BUDGET
    seconds = [clock(call)]
    while time.perf_counter() < end:
        seconds.append(clock(call))
    return seconds


def clock_of(device: torch.device) -> Clock:
    """The clock for work on a device: CUDA has its own."""
    return cuda_clock if device.type == "cuda" else wall_clock


def wall_clock(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def cuda_clock(call: Callable[[], object]) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    call()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end)) / 1e3


# -- the channel ---------------------------------------------------------------------------------------------


def crowd_figures(app: App, clients: int, seconds: float) -> Figures:
    """The decode channel under `clients` at once."""
    before = memory(app.pid)
    tallies = run_crowd(f"ws://{app.host}/decode/{DEFAULT}", clients, RATE, seconds)
    waits = [wait for tally in tallies for wait in tally.waits]
    p50, p95, p99 = (round(value, 1) for value in np.percentile(waits or [np.nan], [50, 95, 99]) * 1e3)
    replies = [len(tally.waits) / seconds for tally in tallies]
    return {
        "clients": clients,
        "offered_per_second": clients * RATE,
        "replies_per_second": round(sum(replies), 1),
        "slowest_client_per_second": round(min(replies), 1),
        "p50_ms": None if math.isnan(p50) else p50,
        "p95_ms": None if math.isnan(p95) else p95,
        "p99_ms": None if math.isnan(p99) else p99,
        "errors": sum(len(tally.errors) for tally in tallies),
        "memory_mb_before": before,
        "memory_mb_after": memory(app.pid),
    }


def memory(pid: int) -> float | None:
    """Resident memory of a process in MB, where the system tells."""
    statm = Path(f"/proc/{pid}/statm")
    if statm.exists():
        return round(int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
    with suppress(OSError, ValueError):  # no ps on Windows
        command = ["ps", "-o", "rss=", "-p", str(pid)]
        return round(int(subprocess.run(command, capture_output=True, check=False).stdout) / 2**10, 1)
    return None
