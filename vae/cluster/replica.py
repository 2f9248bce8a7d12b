"""What one replica does with what is asked of it; knows nothing about Ray."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vae.serving.decoding import DecoderService
from vae.serving.passes import Decoded, Encoded, Task, one_pass


class Ask(NamedTuple):
    """One call: requests that somebody has joined already."""

    checkpoint: str
    task: Task
    requests: Sequence[NDArray[np.float32]]  # each of shape (n, 2) or (n, 784)


def answer(service: DecoderService, asks: Sequence[Ask]) -> list[list[Decoded | Encoded]]:
    """One answer for each request of each ask, in order; what goes to the same network is one pass.

    Raises UnknownCheckpoint.
    """
    answers: list[list[Decoded | Encoded]] = [[] for _ in asks]
    for key in dict.fromkeys((ask.checkpoint, ask.task) for ask in asks):
        places = [place for place, ask in enumerate(asks) if (ask.checkpoint, ask.task) == key]
        requests = [request for place in places for request in asks[place].requests]
        made = iter(one_pass(key[1], service.model(key[0]), requests, service.device))
        for place in places:
            answers[place] = [next(made) for _ in asks[place].requests]
    return answers
