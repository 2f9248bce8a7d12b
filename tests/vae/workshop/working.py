"""Workshops whose worker is a real process that does what a test tells it, and runs by hand."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from vae.config import ModelConfig, TrainingConfig
from vae.history.job import Job
from vae.history.snapshots import Snapshot, write
from vae.model.checkpoint import Checkpoint, Latents, packed, save
from vae.model.network import VAE
from vae.workshop.status import Status
from vae.workshop.workshop import Workshop

MODEL = ModelConfig(hidden=16, encoder_blocks=0, decoder_blocks=0)
JOB = Job(MODEL, TrainingConfig(epochs=3))
SOON = 60.0  # seconds until a test that hangs fails

# Says when it has begun; ends as the file `end` in its folder says: exit code, then what it says.
OBEDIENT = """
import os, pathlib, sys, threading
folder = pathlib.Path(sys.argv[1])
def leave():
    sys.stdin.read()
    os._exit(3)
threading.Thread(target=leave, daemon=True).start()
(folder / "began").write_text(str(os.getpid()))
while not (folder / "end").exists():
    threading.Event().wait(0.005)
code, *said = (folder / "end").read_text().splitlines()
print(*said, sep="\\n", file=sys.stderr)
sys.exit(int(code))
"""
COMMAND = (sys.executable, "-c", OBEDIENT)


@contextmanager
def open_workshop(folder: Path, **others: object) -> Iterator[Workshop]:
    workshop = Workshop(folder, **{"worker": COMMAND, **others})
    try:
        yield workshop
    finally:
        workshop.close()


def until(happened: Callable[[], object]) -> None:
    """Return as soon as it has happened; fail if it does not."""
    end = time.monotonic() + SOON
    while not happened():
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.005)


def until_state(workshop: Workshop, run: str, state: str, key: str = "") -> Status:
    until(lambda: workshop.status(run, key).state == state)
    return workshop.status(run, key)


def end(folder: Path, run: str, code: int = 0, said: str = "") -> None:
    """Let the worker of a run end once it has begun."""
    until((folder / run / "began").exists)
    partial = folder / run / "end.new"
    partial.write_text(f"{code}\n{said}")
    partial.rename(folder / run / "end")


def model_after(epochs: int, *, interrupted: bool = False, seed: int = 0) -> Checkpoint:
    rng = np.random.default_rng(seed)
    latents = Latents(
        rng.normal(size=(20, 2)).astype(np.float32),
        rng.normal(size=(20, 2)).astype(np.float32),
        rng.integers(0, 10, 20).astype(np.uint8),
    )
    progress = {"done": epochs, "moments": torch.zeros(10_000)} if interrupted else None
    weights = VAE(MODEL).state_dict()
    return Checkpoint(MODEL, JOB.training, weights, latents, {}, {"epochs": epochs}, progress)


def write_model(folder: Path, epochs: int, *, interrupted: bool = False) -> None:
    save(model_after(epochs, interrupted=interrupted), folder / "model.pt")


def write_snapshot(folder: Path, index: int, epoch: float, points: int = 20) -> Snapshot:
    rng = np.random.default_rng(index)
    means = rng.normal(size=(points, 2)).astype(np.float16)
    decoder = {f"decoder.{name}": value for name, value in packed(VAE(MODEL).decoder.state_dict()).items()}
    snapshot = Snapshot(epoch, means, np.zeros_like(means), decoder)
    write(snapshot, index, folder)
    return snapshot
