"""The side that asks replicas; knows nothing about Ray."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vae.cluster.replica import Ask
from vae.serving.batching import Overdue
from vae.serving.passes import MAX_WAIT, Decoded, Encoded, Task

CALLS = 16  # under way at once: enough for eight replicas that work on one while the next one waits
TRIES = 3  # of a call whose replica is lost; a picture depends on nothing else, so asking again is safe


class Caller:
    """Makes passes by asking replicas; a DecoderService's `elsewhere`.

    `ask(call, seconds)` returns what one replica answers. It raises one of `lost` if the replica died
    over the call, or TimeoutError after those seconds.
    """

    calls = CALLS

    def __init__(
        self,
        ask: Callable[[Ask, float], Sequence[Decoded | Encoded]],
        lost: tuple[type[Exception], ...],
        device_name: str,
    ) -> None:
        self.device_name = device_name
        self.asked_again = 0  # calls, because a replica was lost
        self._ask = ask
        self._lost = lost
        self._counting = threading.Lock()

    def one_pass(
        self, checkpoint: str, task: Task, requests: Sequence[NDArray[np.float32]]
    ) -> Sequence[Decoded | Encoded]:
        """See `Elsewhere`. Raises Overdue, and what a replica raised."""
        for left in reversed(range(TRIES)):
            try:
                return self._ask(Ask(checkpoint, task, requests), MAX_WAIT)
            except TimeoutError as error:
                raise Overdue("No replica has answered in time.") from error
            except self._lost:
                if not left:
                    raise
                logging.getLogger(__name__).warning("A replica was lost; another one is asked.")
                with self._counting:
                    self.asked_again += 1
        raise AssertionError("the last try returns or raises")
