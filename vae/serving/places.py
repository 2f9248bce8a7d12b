"""A few places at which long computations are done: who finds none waits in a queue that is bounded, too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vae.serving.batching import QueueFull


class Places:
    """`count` computations at a time, `waiting` more in the queue, each for at most `patience` seconds."""

    def __init__(self, count: int, waiting: int, patience: float) -> None:
        self._free = threading.Semaphore(count)
        self._queue = threading.Semaphore(count + waiting)
        self._patience = patience

    @contextmanager
    def one(self) -> Iterator[None]:
        """Keep one place for as long as the block lasts; blocks must not lie within each other.

        Raises QueueFull if the queue is full or has not moved on in time.
        """
        if not self._queue.acquire(blocking=False):
            raise QueueFull("Too many people are computing at once: try again in a moment.")
        try:
            if not self._free.acquire(timeout=self._patience):
                raise QueueFull("The server is busy with what others asked for: try again in a moment.")
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._queue.release()
