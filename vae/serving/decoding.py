"""DecoderService: every checkpoint of a folder on one device, decoding for many visitors at once."""

from __future__ import annotations

import time
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from vae.config import LATENT_DIM
from vae.device import choose_device, describe
from vae.model import checkpoint as checkpoints
from vae.model import ladder
from vae.model.checkpoint import AnotherKind, Checkpoint, CheckpointError
from vae.model.network import VAE, probabilities
from vae.serving.batching import MicroBatcher

DEFAULT = "vae"  # the checkpoint that pages open with; its absence is a problem
LIMIT = 1e3  # of a coordinate's absolute value, where points come from outside
MAX_POINTS = 256  # of one request; DESIGN's longest path
MAX_QUEUE = 128 * MAX_POINTS  # a class of a hundred may open a page with a path in the same second
MAX_WAIT = 10.0  # seconds; whoever waited longer has moved on
LIGHT = 16  # points; larger requests take turns with the small ones instead of standing in front of them


class UnknownCheckpoint(KeyError):
    """There is no decoder of that name; the message says which there are."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Decoded:
    """Pictures of one request."""

    images: NDArray[np.uint8]  # (n, 784): ink probability, 0 to 255
    seconds: float  # of the forward pass that drew them, copies to and from the device included
    batch: int  # points that pass decoded together


def draw(model: VAE, z: NDArray[np.float32], device: torch.device) -> NDArray[np.uint8]:
    """Pictures of latent points: (n, 2) to (n, 784), round(255 * sigmoid(logits)), on the given device."""
    with torch.inference_mode():
        ink = probabilities(model.decode(torch.from_numpy(z).to(device)))
        images: NDArray[np.uint8] = ink.mul(255).round_().to(torch.uint8).cpu().numpy()
    return images


class DecoderService:
    """Loads `folder/*.pt` and the ladder's `folder/ladder/*.pt` once and decodes for any number of threads.

    A file that cannot be used does not stop the others: `problems` says in one sentence what is
    wrong with it. Raises DeviceError if the wished-for device is not there.
    """

    def __init__(self, folder: Path, device: torch.device | None = None) -> None:
        self.device = choose_device() if device is None else device
        self.device_name = describe(self.device)
        self.problems: dict[str, str] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._models: dict[str, VAE] = {}
        rungs = [path for beta in ladder.BETAS if beta and (path := folder / ladder.file(beta)).exists()]
        for path in sorted({*folder.glob("*.pt"), *rungs, folder / f"{DEFAULT}.pt"}, key=_default_first):
            if path not in rungs and path.name in {rung.name for rung in rungs}:
                self.problems[path.name] = f"{path} has the name of a rung of the ladder: rename it."
            else:
                self._load(path)
        self._batcher: MicroBatcher[NDArray[np.float32], Decoded] = MicroBatcher(
            self._work, max_batch=MAX_POINTS, max_queue=MAX_QUEUE, max_wait=MAX_WAIT, name="decoder"
        )
        self._warm_up()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the checkpoints that can be decoded, "vae" first, then by alphabet."""
        return tuple(self._models)

    @property
    def queue_depth(self) -> int:
        """Points that wait to be decoded."""
        return self._batcher.depth

    def checkpoint(self, name: str) -> Checkpoint:
        """The checkpoint as it was read. Raises UnknownCheckpoint."""
        self._require(name)
        return self._checkpoints[name]

    def model(self, name: str) -> VAE:
        """The network on `device`, in evaluation mode. Raises UnknownCheckpoint."""
        self._require(name)
        return self._models[name]

    def submit(self, name: str, z: NDArray[np.float32]) -> Future[Decoded]:
        """Ask for the pictures of z, shape (n, 2), without waiting.

        Raises UnknownCheckpoint, ValueError for another shape, and QueueFull when too much is asked for. The
        future may raise Overdue.
        """
        self._require(name)
        points = np.array(z, dtype=np.float32)  # a copy: z may be read-only, or change while it waits
        if points.ndim != 2 or points.shape[1] != LATENT_DIM:
            raise ValueError(f"Latent points have the shape (n, {LATENT_DIM}), not {points.shape}.")
        return self._batcher.submit(points, lane=(name, len(points) > LIGHT), size=len(points))

    def decode(self, name: str, z: NDArray[np.float32], timeout: float = MAX_WAIT) -> Decoded:
        """The pictures of z, shape (n, 2); waits at most `timeout` seconds, then raises TimeoutError."""
        future = self.submit(name, z)
        try:
            return future.result(timeout)
        finally:
            future.cancel()

    def close(self) -> None:
        """End the worker; what still waits is refused."""
        self._batcher.close()

    def _require(self, name: str) -> None:
        if name not in self._models:
            known = ", ".join(self._models) or "none"
            raise UnknownCheckpoint(f"There is no checkpoint named {name!r}; there are: {known}.")

    def _load(self, path: Path) -> None:
        try:
            loaded = checkpoints.load(path)
            self._models[path.stem] = loaded.build(self.device)
            self._checkpoints[path.stem] = loaded
        except AnotherKind:  # the classifier lies beside the decoders
            return
        except CheckpointError as error:
            self.problems[path.name] = str(error)

    def _warm_up(self) -> None:
        """The first pass of each kind allocates and, on a GPU, picks kernels: not while a visitor waits."""
        for name in self.names:
            for points in (1, LIGHT, MAX_POINTS):
                self.decode(name, np.zeros((points, LATENT_DIM), np.float32), timeout=60.0)

    def _work(self, lane: Hashable, requests: list[NDArray[np.float32]]) -> list[Decoded]:
        assert isinstance(lane, tuple)
        started = time.perf_counter()
        images = draw(self._models[lane[0]], np.concatenate(requests), self.device)
        seconds = time.perf_counter() - started
        bounds = pairwise(accumulate((len(points) for points in requests), initial=0))
        return [Decoded(images[start:end], seconds, len(images)) for start, end in bounds]


def _default_first(path: Path) -> tuple[bool, str]:
    return path.stem != DEFAULT, path.stem
