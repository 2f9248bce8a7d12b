"""Forward passes that many requests share, here or on other machines."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from vae.model.network import VAE, decode_all, encode_all
from vae.plane.limits import MAX_POINTS
from vae.serving.batching import MicroBatcher

MAX_QUEUE = 128 * MAX_POINTS  # a class of a hundred may open a page with a path in the same second
MAX_WAIT = 10.0  # seconds; whoever waited longer has moved on
# Points or images in one pass: small requests have their turn between those of a large one. With half as many
# a class of 300 waits half as long again.
PASS = 128

Task = Literal["decode", "encode"]


@dataclass(frozen=True)
class Decoded:
    """Pictures of one request."""

    images: NDArray[np.uint8]  # (n, 784): ink probability, 0 to 255
    seconds: float  # of the forward pass that drew them, copies to and from the device included
    batch: int  # points that pass decoded together


@dataclass(frozen=True)
class Encoded:
    """The encoder's posteriors of one request."""

    means: NDArray[np.float32]  # (n, 2)
    log_variances: NDArray[np.float32]  # (n, 2); minus infinity for a plain autoencoder
    seconds: float  # of the forward pass, copies to and from the device included
    batch: int  # images that pass encoded together


class Lane(NamedTuple):
    """Requests that take turns together: to one checkpoint, which can share a forward pass, or to guests."""

    checkpoint: str  # empty for guests: whoever shows many of them has one turn, like everybody else
    task: Task
    heavy: bool = False


class Work(NamedTuple):
    """What one request asks of which network."""

    model: VAE
    rows: NDArray[np.float32]


class Elsewhere(Protocol):
    """Other machines, which have the same checkpoints."""

    device_name: str  # for people
    calls: int  # that are under way at once, at most

    def one_pass(
        self, checkpoint: str, task: Task, requests: Sequence[NDArray[np.float32]]
    ) -> Sequence[Decoded | Encoded]:
        """What `one_pass` returns, with the network of that checkpoint. Any thread may call it."""


def draw(model: VAE, z: NDArray[np.float32], device: torch.device) -> NDArray[np.uint8]:
    """Pictures of latent points: (n, 2) to (n, 784), round(255 * sigmoid(logits)), on the given device."""
    images: NDArray[np.uint8] = decode_all(model, torch.from_numpy(z).to(device)).cpu().numpy()
    return images


def one_pass(
    task: Task, model: VAE, requests: Sequence[NDArray[np.float32]], device: torch.device
) -> Sequence[Decoded | Encoded]:
    """One forward pass for all requests to one model, rows of the decoder's or the encoder's input each."""
    rows = np.concatenate(requests)
    bounds = list(pairwise(accumulate((len(request) for request in requests), initial=0)))
    started = time.perf_counter()
    if task == "encode":
        posterior = encode_all(model, torch.from_numpy(rows))
        means, log_variances = (part.numpy() for part in posterior)
        seconds = time.perf_counter() - started
        return [Encoded(means[a:b], log_variances[a:b], seconds, len(rows)) for a, b in bounds]
    images = draw(model, rows, device)
    seconds = time.perf_counter() - started
    return [Decoded(images[a:b], seconds, len(rows)) for a, b in bounds]


def sender(elsewhere: Elsewhere) -> MicroBatcher[Work, Decoded | Encoded]:
    """Joins what is asked of checkpoints into calls to other machines, several of them under way at once."""

    def work(lane: Hashable, requests: list[Work]) -> Sequence[Decoded | Encoded]:
        assert isinstance(lane, Lane)
        return elsewhere.one_pass(lane.checkpoint, lane.task, [request.rows for request in requests])

    return MicroBatcher(
        work, max_batch=PASS, max_queue=MAX_QUEUE, max_wait=MAX_WAIT, name="sender", workers=elsewhere.calls
    )


def joined(parts: Sequence[Future[Decoded]]) -> Future[Decoded]:
    """One future for a request in parts, at least one: their pictures in order, the time of all passes.

    It fails as soon as one part does; then, and when it is cancelled, nobody works on the others in vain.
    """
    if len(parts) == 1:
        return parts[0]
    whole: Future[Decoded] = Future()
    left = len(parts)
    counting = threading.Lock()

    def one_done(part: Future[Decoded]) -> None:
        nonlocal left
        with counting:
            left -= 1
            is_last = left == 0
        if whole.done() or part.cancelled() or not (is_last or part.exception()):
            return
        with suppress(InvalidStateError):  # cancelled in the same instant
            if error := part.exception():
                whole.set_exception(error)
            else:
                done = [part.result() for part in parts]
                images = np.concatenate([one.images for one in done])
                whole.set_result(
                    Decoded(images, sum(one.seconds for one in done), max(one.batch for one in done))
                )

    def all_done(whole: Future[Decoded]) -> None:
        for part in parts:
            part.cancel()

    whole.add_done_callback(all_done)
    for part in parts:
        part.add_done_callback(one_done)
    return whole
