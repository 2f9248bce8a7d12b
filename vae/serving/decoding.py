"""DecoderService: every checkpoint of a folder on one device, for many visitors at once."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray

from vae.config import LATENT_DIM, PIXELS
from vae.device import choose_device, describe
from vae.model import checkpoint as checkpoints
from vae.model import ladder
from vae.model.checkpoint import AnotherKind, Checkpoint, CheckpointError
from vae.model.network import VAE
from vae.serving.batching import MicroBatcher, QueueFull
from vae.serving.errors import UnknownCheckpoint, public
from vae.serving.kept import Kept
from vae.serving.passes import (
    MAX_QUEUE,
    MAX_WAIT,
    PASS,
    Decoded,
    Elsewhere,
    Encoded,
    Lane,
    Work,
    joined,
    one_pass,
    sender,
)

DEFAULT = "vae"  # the checkpoint that pages open with; its absence is a problem
HEAVY_QUEUE = MAX_QUEUE * 7 // 8  # what large requests leave, small ones find free
LIGHT = 16  # points; larger requests take turns with the small ones instead of standing in front of them
SHARE = 16  # points that a request to a guest counts as at least: so few models have their turn in one batch
GUESTS, GUESTS_WEIGHTS = 40, 2**25  # models of visitors in memory, and weights of all of them together

Answer = TypeVar("Answer")


class Opened(NamedTuple):
    """A checkpoint and its network on the service's device."""

    checkpoint: Checkpoint
    model: VAE


class Visitors(Protocol):
    """Where models of visitors are found."""

    def find(self, name: str) -> Checkpoint | None:
        """The model of this name, whose content never changes; None if there is none (any more)."""

    def is_there(self, name: str) -> bool:
        """Whether `find` may find one, told at once."""


class DecoderService:
    """Loads `folder/*.pt` and the ladder's `folder/ladder/*.pt` once and decodes for any number of threads.

    A file that cannot be used does not stop the others: `problems` says in one sentence what is
    wrong with it. Other names are asked of `visitors`, whose models are guests: they can be used like the
    others, are loaded when somebody asks for them, and go when others come. Passes of checkpoints are made
    `elsewhere`, if there is such a place; those of guests always here. Raises DeviceError if the wished-for
    device is not there.
    """

    def __init__(
        self,
        folder: Path,
        device: torch.device | None = None,
        visitors: Visitors | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.device = choose_device() if device is None else device
        self.device_name = describe(self.device) if elsewhere is None else elsewhere.device_name
        self.problems: dict[str, str] = {}
        self._opened: dict[str, Opened] = {}
        self._visitors = visitors
        self._guests = Kept(
            self._open_guest,
            GUESTS,
            lambda one: one.checkpoint.size("encoder") + one.checkpoint.size("decoder"),
            GUESTS_WEIGHTS,
        )
        rungs = [path for beta in ladder.BETAS if beta and (path := folder / ladder.file(beta)).exists()]
        for path in sorted({*folder.glob("*.pt"), *rungs, folder / f"{DEFAULT}.pt"}, key=_default_first):
            if path not in rungs and path.name in {rung.name for rung in rungs}:
                self.problems[path.name] = f"{path.name} has the name of a rung of the ladder: rename it."
            else:
                self._load(path)
        self._batcher: MicroBatcher[Work, Decoded | Encoded] = MicroBatcher(
            self._work, max_batch=PASS, max_queue=MAX_QUEUE, max_wait=MAX_WAIT, name="decoder"
        )
        self._sender = self._batcher if elsewhere is None else sender(elsewhere)  # for checkpoints
        self._asked_at = time.monotonic()
        self._warm_up()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the checkpoints that can be decoded, "vae" first, then by alphabet; no guests."""
        return tuple(self._opened)

    @property
    def queue_depth(self) -> int:
        """Points that wait to be decoded."""
        return sum(batcher.depth for batcher in {self._batcher, self._sender})

    @property
    def quiet_for(self) -> float:
        """Seconds since somebody asked for something."""
        return time.monotonic() - self._asked_at

    def has(self, name: str) -> bool:
        """Whether there is a checkpoint or a guest of that name; a guest is loaded then."""
        try:
            self._open(name)
        except UnknownCheckpoint:
            return False
        return True

    def knows(self, name: str) -> bool:
        """Whether there is a checkpoint, or may be a guest, of that name; told at once."""
        return name in self._opened or (self._visitors is not None and self._visitors.is_there(name))

    def is_at_hand(self, name: str) -> bool:
        """Whether nothing needs to be loaded for it."""
        return name in self._opened or name in self._guests

    def checkpoint(self, name: str) -> Checkpoint:
        """The checkpoint as it was read. Raises UnknownCheckpoint."""
        return self._open(name).checkpoint

    def model(self, name: str) -> VAE:
        """The network on `device`, in evaluation mode. Raises UnknownCheckpoint."""
        return self._open(name).model

    def submit(self, name: str, z: NDArray[np.float32], owner: str = "") -> Future[Decoded]:
        """Ask for the pictures of z, shape (n, 2), without waiting; owners take turns.

        Raises UnknownCheckpoint, ValueError for another shape, and QueueFull when too much is asked for. The
        future may raise Overdue.
        """
        model = self._open(name).model
        return self._submit_decode(model, z, name if name in self._opened else "", owner)

    def submit_with(self, model: VAE, z: NDArray[np.float32], owner: str = "") -> Future[Decoded]:
        """The same with a decoder of one's own on `device`, which takes turns with the guests."""
        return self._submit_decode(model, z, "", owner)

    def _submit_decode(
        self, model: VAE, z: NDArray[np.float32], checkpoint: str, owner: str
    ) -> Future[Decoded]:
        points = _rows(z, LATENT_DIM, "Latent points")
        lane = Lane(checkpoint, "decode", heavy=len(points) > LIGHT)
        if lane.heavy and self.queue_depth + len(points) > HEAVY_QUEUE:
            raise QueueFull("So much is waiting that only small requests are taken; try again.")
        parts = (Work(model, points[start : start + PASS]) for start in range(0, len(points), PASS))
        return joined([cast("Future[Decoded]", self._submit(lane, part, owner)) for part in parts])

    def decode(self, name: str, z: NDArray[np.float32], timeout: float = MAX_WAIT) -> Decoded:
        """The pictures of z, shape (n, 2); waits at most `timeout` seconds, then raises TimeoutError."""
        return _result(self.submit(name, z), timeout)

    def submit_encode(self, name: str, images: NDArray[np.float32], owner: str = "") -> Future[Encoded]:
        """Ask for the posteriors of images (n, 784), grey values in [0, 1], without waiting.

        Raises like `submit`, and ValueError for values outside [0, 1].
        """
        rows = _rows(images, PIXELS, "Images")
        if not ((rows >= 0) & (rows <= 1)).all():
            raise ValueError("Grey values lie between 0 and 1.")
        lane = Lane(name if name in self._opened else "", "encode")
        return cast("Future[Encoded]", self._submit(lane, Work(self._open(name).model, rows), owner))

    def encode(self, name: str, images: NDArray[np.float32], timeout: float = MAX_WAIT) -> Encoded:
        """The posteriors of images (n, 784); waits at most `timeout` seconds, then raises TimeoutError."""
        return _result(self.submit_encode(name, images), timeout)

    def close(self) -> None:
        """End the worker; what still waits is refused."""
        for batcher in {self._batcher, self._sender}:
            batcher.close()

    def _submit(self, lane: Lane, work: Work, owner: str) -> Future[Decoded | Encoded]:
        self._asked_at = time.monotonic()
        size = max(len(work.rows), 0 if lane.checkpoint else SHARE)
        batcher = self._sender if lane.checkpoint else self._batcher
        return batcher.submit(work, lane=lane, owner=owner, size=size)

    def _open(self, name: str) -> Opened:
        """Raises UnknownCheckpoint."""
        if name in self._opened:
            return self._opened[name]
        if not self.knows(name):
            self._guests.drop(name)
            raise self._unknown(name)
        return self._guests.get(name)

    def _open_guest(self, name: str) -> Opened:
        assert self._visitors is not None
        found = self._visitors.find(name)
        if found is None:
            raise self._unknown(name)
        return Opened(found, found.build(self.device))

    def _unknown(self, name: str) -> UnknownCheckpoint:
        known = ", ".join(self._opened) or "none"
        return UnknownCheckpoint(f"There is no checkpoint named {name!r}; there are: {known}.")

    def _load(self, path: Path) -> None:
        try:
            loaded = checkpoints.load(path)
            self._opened[path.stem] = Opened(loaded, loaded.build(self.device))
        except AnotherKind:  # the classifier lies beside the decoders
            return
        except CheckpointError as error:
            self.problems[path.name] = public(error, path.parent)

    def _warm_up(self) -> None:
        """The first pass of each kind allocates and, on a GPU, picks kernels: not while a visitor waits."""
        for name in self.names:
            for points in (1, LIGHT, PASS):
                self.decode(name, np.zeros((points, LATENT_DIM), np.float32), timeout=60.0)
            self.encode(name, np.zeros((1, PIXELS), np.float32), timeout=60.0)

    def _work(self, lane: Hashable, requests: list[Work]) -> Sequence[Decoded | Encoded]:
        assert isinstance(lane, Lane)
        answers: dict[int, Decoded | Encoded] = {}
        for model in dict.fromkeys(request.model for request in requests):
            places = [place for place, request in enumerate(requests) if request.model is model]
            pass_ = one_pass(lane.task, model, [requests[place].rows for place in places], self.device)
            answers.update(zip(places, pass_, strict=True))
        return [answers[place] for place in range(len(requests))]


def _rows(values: NDArray[np.float32], width: int, what: str) -> NDArray[np.float32]:
    """A copy of shape (n, width): what was handed over may be read-only, or change while it waits."""
    rows = np.array(values, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise ValueError(f"{what} have the shape (n, {width}), not {rows.shape}.")
    return rows


def _result(future: Future[Answer], timeout: float) -> Answer:
    """What a future brings; given up on, it is cancelled, so that nobody works on it in vain."""
    try:
        return future.result(timeout)
    finally:
        future.cancel()


def _default_first(path: Path) -> tuple[bool, str]:
    return path.stem != DEFAULT, path.stem
