"""One micro-batcher that knows items and futures, and nothing about models.

Whatever is waiting when the worker becomes free is worked on together, so a lone request never waits for
company and a crowd shares one call. Bounded in everything: how much may wait, for how long, and how much is
worked on at once.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class QueueFull(RuntimeError):
    """So much is waiting already that this item was refused."""


class Overdue(TimeoutError):
    """The item waited longer than the batcher's limit, so nobody worked on it."""


class BatcherClosed(RuntimeError):
    """The batcher was closed before the item was worked on."""


class _Entry(NamedTuple, Generic[Item, Result]):
    item: Item
    size: int
    submitted: float  # seconds, monotonic clock
    future: Future[Result]


class _Lane(Generic[Item, Result]):
    """What waits in a lane: the owners' own queues, in the order of their turns; never an empty one."""

    def __init__(self) -> None:
        self._queues: OrderedDict[Hashable, deque[_Entry[Item, Result]]] = OrderedDict()

    def __iter__(self) -> Iterator[_Entry[Item, Result]]:
        return itertools.chain.from_iterable(self._queues.values())

    def __bool__(self) -> bool:
        return bool(self._queues)

    def put(self, owner: Hashable, entry: _Entry[Item, Result]) -> None:
        self._queues.setdefault(owner, deque()).append(entry)

    def take(self, room: int, whatever: bool = False) -> _Entry[Item, Result] | None:
        """The oldest entry of the owner whose turn it is, None if it is larger than `room`."""
        if not self._queues:
            return None
        owner, queue = next(iter(self._queues.items()))
        if queue[0].size > room and not whatever:
            return None
        entry = queue.popleft()
        if queue:
            self._queues.move_to_end(owner)
        else:
            del self._queues[owner]
        return entry


class MicroBatcher(Generic[Item, Result]):
    """Joins what many threads ask for at the same moment into few calls of `work`, on `workers` threads.

    `work(lane, items)` gets items of one lane, oldest first, and returns one result for each, in order. What
    it raises reaches the waiters of that batch and no others.

    Lanes take turns, one batch each: the lane whose last one is longest ago is next, so that a lane with
    much to do keeps another one waiting for one batch at most. Within a lane owners take turns, one item
    each, so whoever asks for much waits for it himself. Sizes are in whatever unit the caller counts work in:
    a batch holds at most `max_batch` of them (a single larger item is worked on alone) and at most
    `max_queue` wait, for at most `max_wait` seconds.
    """

    def __init__(
        self,
        work: Callable[[Hashable, list[Item]], Sequence[Result]],
        *,
        max_batch: int,
        max_queue: int,
        max_wait: float,
        name: str = "batcher",
        workers: int = 1,
    ) -> None:
        self._work = work
        self._max_batch = max_batch
        self._max_queue = max_queue
        self._max_wait = max_wait
        self._lanes: dict[Hashable, _Lane[Item, Result]] = {}  # none is empty
        self._turns: dict[Hashable, int] = {}  # when each lane was worked on last; whoever asks has few lanes
        self._depth = 0
        self._closed = False
        self._changed = threading.Condition()
        self._workers = [threading.Thread(target=self._run, name=name, daemon=True) for _ in range(workers)]
        for worker in self._workers:
            worker.start()

    @property
    def depth(self) -> int:
        """How much is waiting, in units of size; what is being worked on no longer counts."""
        return self._depth

    def submit(
        self, item: Item, *, lane: Hashable = None, owner: Hashable = None, size: int = 1
    ) -> Future[Result]:
        """Queue an item and return the future of its result; cancelling it in time saves the work.

        `owner` is whoever asks. Raises QueueFull when `max_queue` would be exceeded, BatcherClosed after
        `close`.
        """
        future: Future[Result] = Future()
        with self._changed:
            if self._closed:
                raise BatcherClosed("The batcher is closed.")
            if self._depth + size > self._max_queue:
                raise QueueFull(f"{self._depth} of {self._max_queue} places are taken; try again.")
            self._depth += size
            entry = _Entry(item, size, time.monotonic(), future)
            self._lanes.setdefault(lane, _Lane()).put(owner, entry)
            self._changed.notify()
        return future

    def close(self) -> None:
        """Finish the batches in work, refuse all that waits with BatcherClosed, and end the workers."""
        with self._changed:
            self._closed = True
            waiting = [entry for lane in self._lanes.values() for entry in lane]
            self._lanes.clear()
            self._depth = 0
            self._changed.notify_all()
        for entry in waiting:
            if entry.future.set_running_or_notify_cancel():
                entry.future.set_exception(BatcherClosed("The batcher was closed."))
        for worker in self._workers:
            if threading.current_thread() is not worker:
                worker.join()

    def _run(self) -> None:
        while (turn := self._next_turn()) is not None:
            lane, entries = turn
            live = [entry for entry in entries if self._still_wanted(entry)]
            if live:
                self._answer(lane, live)

    def _next_turn(self) -> tuple[Hashable, list[_Entry[Item, Result]]] | None:
        """Wait for work; take up to `max_batch` of the lane whose turn it is. None once closed."""
        with self._changed:
            while not self._lanes and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            lane = min(self._lanes, key=lambda lane: self._turns.get(lane, 0))
            queue = self._lanes[lane]
            entries: list[_Entry[Item, Result]] = []
            size = 0
            while entry := queue.take(self._max_batch - size, whatever=not entries):
                entries.append(entry)
                size += entry.size
            self._turns[lane] = max(self._turns.values(), default=0) + 1
            if not queue:
                del self._lanes[lane]
            self._depth -= size
        return lane, entries

    def _still_wanted(self, entry: _Entry[Item, Result]) -> bool:
        if not entry.future.set_running_or_notify_cancel():
            return False
        if time.monotonic() - entry.submitted <= self._max_wait:
            return True
        entry.future.set_exception(Overdue(f"Waited longer than {self._max_wait:g} seconds."))
        return False

    def _answer(self, lane: Hashable, entries: list[_Entry[Item, Result]]) -> None:
        try:
            results = self._work(lane, [entry.item for entry in entries])
            if len(results) != len(entries):
                raise RuntimeError(f"{len(entries)} items got {len(results)} results.")
        except BaseException as error:  # whatever it was, a waiter must not wait for ever
            for entry in entries:
                entry.future.set_exception(error)
        else:
            for entry, result in zip(entries, results, strict=True):
                entry.future.set_result(result)
