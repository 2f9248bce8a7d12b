"""The micro-batcher with fake work: order, isolated failures, bounds, fairness, cancelling, closing."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vae.serving.batching import BatcherClosed, MicroBatcher, Overdue, QueueFull

SOON = 20.0  # seconds until a test that hangs fails


@dataclass
class Work:
    """Doubles numbers and records its calls; holds its first call until `gate` is opened."""

    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    calls: list[tuple[Hashable, list[int]]] = field(default_factory=list)

    def __call__(self, lane: Hashable, items: list[int]) -> list[int]:
        self.calls.append((lane, items))
        self.begun.set()
        assert self.gate.wait(SOON)
        if -1 in items:
            raise ZeroDivisionError("an item of this batch was -1")
        return [2 * item for item in items]


def batcher(work: Work, **bounds: float) -> MicroBatcher[int, int]:
    return MicroBatcher(work, **{"max_batch": 4, "max_queue": 1000, "max_wait": SOON, **bounds})


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.gate.set()


def hold(service: MicroBatcher[int, int], work: Work) -> Future[int]:
    """Keep the worker busy, so that whatever is submitted next has to wait."""
    future = service.submit(1000, lane="held")
    assert work.begun.wait(SOON)
    return future


def test_a_lone_item_is_worked_on_at_once(work: Work) -> None:
    work.gate.set()
    service = batcher(work)
    assert service.submit(21).result(SOON) == 42
    service.close()


def test_what_waits_is_worked_on_together_in_order(work: Work) -> None:
    service = batcher(work)
    hold(service, work)
    futures = [service.submit(item) for item in range(6)]
    work.gate.set()
    assert [future.result(SOON) for future in futures] == [0, 2, 4, 6, 8, 10]
    assert work.calls[1:] == [(None, [0, 1, 2, 3]), (None, [4, 5])]
    service.close()


@settings(max_examples=60, deadline=None)
@given(
    plans=st.lists(
        st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 7)), max_size=12), min_size=1, max_size=5
    ),
    max_batch=st.integers(1, 9),
)
def test_many_threads_get_their_own_answers_in_bounded_ordered_batches(
    plans: list[list[tuple[str, int]]], max_batch: int
) -> None:
    work, sizes = Work(), {}
    service = batcher(work, max_batch=max_batch)

    def visitor(number: int) -> list[tuple[int, int]]:
        futures = []
        for step, (lane, size) in enumerate(plans[number]):
            item = 100 * number + step
            sizes[item] = size
            futures.append((item, service.submit(item, lane=lane, size=size)))
        work.gate.set()  # the first to have asked for everything lets the work begin
        return [(item, future.result(SOON)) for item, future in futures]

    with ThreadPoolExecutor(len(plans)) as threads:
        answers = [pair for answer in threads.map(visitor, range(len(plans))) for pair in answer]
    service.close()

    assert all(answer == 2 * item for item, answer in answers)
    assert sorted(item for _, items in work.calls for item in items) == sorted(sizes)
    for _, items in work.calls:
        assert len(items) == 1 or sum(sizes[item] for item in items) <= max_batch
    for lane in "ab":
        worked = [item for called, items in work.calls if called == lane for item in items]
        for number, plan in enumerate(plans):
            asked = [100 * number + step for step, (wanted, _) in enumerate(plan) if wanted == lane]
            assert [item for item in worked if item // 100 == number] == asked
    assert service.depth == 0


@settings(max_examples=40, deadline=None)
@given(items=st.lists(st.sampled_from([-1, 1, 2]), max_size=20))
def test_a_failure_reaches_every_waiter_of_its_batch_and_nobody_else(items: list[int]) -> None:
    work = Work()
    service = batcher(work)
    hold(service, work)
    futures = [service.submit(item) for item in items]
    work.gate.set()
    for start in range(0, len(items), 4):
        batch = items[start : start + 4]
        for item, future in zip(batch, futures[start:], strict=False):
            if -1 in batch:
                assert isinstance(future.exception(SOON), ZeroDivisionError)
            else:
                assert future.result(SOON) == 2 * item
    assert service.submit(5).result(SOON) == 10  # and the worker goes on
    service.close()


def test_even_an_exit_or_a_short_answer_leaves_nobody_waiting() -> None:
    def work(lane: Hashable, items: list[int]) -> list[int]:
        if lane == "exit":
            raise SystemExit(1)
        return []

    service: MicroBatcher[int, int] = MicroBatcher(work, max_batch=4, max_queue=4, max_wait=SOON)
    assert isinstance(service.submit(1, lane="exit").exception(SOON), SystemExit)
    assert "1 items got 0 results" in str(service.submit(1).exception(SOON))
    service.close()


def test_lanes_take_turns(work: Work) -> None:
    service = batcher(work, max_batch=1)
    hold(service, work)
    futures = [service.submit(item, lane="greedy") for item in range(50)]
    futures.append(service.submit(7, lane="modest"))
    work.gate.set()
    wait(futures, SOON)
    assert [lane for lane, _ in work.calls].index("modest") <= 2  # held, one greedy batch, then modest
    service.close()


def test_owners_take_turns_within_a_batch(work: Work) -> None:
    """Two hundred items of one owner: another's is among the next batch; who asks alone gets all of it."""
    service = batcher(work)
    hold(service, work)
    futures = [service.submit(item, owner="greedy") for item in range(200)]
    futures += [service.submit(item, owner="modest") for item in (500, 501)]
    work.gate.set()
    wait(futures, SOON)
    assert [items for _, items in work.calls[1:3]] == [[0, 500, 1, 501], [2, 3, 4, 5]]
    service.close()


def test_the_queue_is_bounded_in_size_not_in_items(work: Work) -> None:
    service = batcher(work, max_queue=10)
    hold(service, work)
    futures = [service.submit(item, size=5) for item in range(2)]
    assert service.depth == 10
    with pytest.raises(QueueFull, match="10 of 10"):
        service.submit(3)
    work.gate.set()
    assert [future.result(SOON) for future in futures] == [0, 2]
    assert service.submit(3).result(SOON) == 6  # room again
    service.close()


def test_a_cancelled_item_is_not_worked_on(work: Work) -> None:
    service = batcher(work)
    held = hold(service, work)
    futures = [service.submit(item) for item in range(4)]
    assert futures[1].cancel()
    assert futures[2].cancel()
    assert not held.cancel()  # already in work
    work.gate.set()
    assert futures[3].result(SOON) == 6
    assert work.calls[1:] == [(None, [0, 3])]
    with pytest.raises(CancelledError):
        futures[1].result(SOON)
    service.close()


def test_who_waited_too_long_is_told_and_not_worked_for(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("vae.serving.batching.time.monotonic", lambda: now)
    service = batcher(work, max_wait=10.0)
    hold(service, work)
    late = service.submit(3)
    now = 5.0
    in_time = service.submit(4)
    now = 10.5
    work.gate.set()
    assert isinstance(late.exception(SOON), Overdue)
    assert in_time.result(SOON) == 8
    assert all(3 not in items for _, items in work.calls)
    service.close()


def test_close_finishes_what_is_in_work_and_refuses_the_rest(work: Work) -> None:
    service = batcher(work)
    held = hold(service, work)
    waiting = [service.submit(item) for item in range(3)]
    assert waiting[0].cancel()
    closing = threading.Thread(target=service.close)
    closing.start()
    assert isinstance(waiting[1].exception(SOON), BatcherClosed)
    work.gate.set()
    closing.join(SOON)
    assert not closing.is_alive()
    assert held.result(SOON) == 2000
    assert service.depth == 0
    assert len(work.calls) == 1
    with pytest.raises(BatcherClosed):
        service.submit(1)
    service.close()  # a second time changes nothing


def test_a_waiter_may_close_the_batcher_from_its_callback(work: Work) -> None:
    service = batcher(work)
    held = hold(service, work)
    done = threading.Event()
    held.add_done_callback(lambda _: (service.close(), done.set()))
    work.gate.set()
    assert done.wait(SOON)
