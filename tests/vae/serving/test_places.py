"""A few places for long computations."""

from __future__ import annotations

import threading

import pytest

from vae.serving.batching import QueueFull
from vae.serving.places import Places

SOON = 20.0  # seconds until a test that hangs fails


def test_so_many_compute_at_once_and_the_rest_waits_its_turn() -> None:
    places, at_once, most = Places(2, 100, SOON), 0, 0
    lock, together = threading.Lock(), threading.Barrier(2)

    def compute() -> None:
        nonlocal at_once, most
        with places.one():
            with lock:
                at_once += 1
                most = max(most, at_once)
            together.wait(SOON)  # two are here
            with lock:
                at_once -= 1

    threads = [threading.Thread(target=compute) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert most == 2
    assert at_once == 0


def test_who_waits_too_long_is_refused_with_a_sentence() -> None:
    places = Places(1, 1, 0.05)
    with places.one(), pytest.raises(QueueFull, match="busy"), places.one():
        pass
    with places.one():
        pass


def test_who_finds_the_queue_full_is_refused_at_once_and_who_waits_has_a_turn() -> None:
    places, served = Places(1, 1, SOON), threading.Event()

    def wait() -> None:
        with places.one():
            served.set()

    with places.one():
        waiting = threading.Thread(target=wait)
        waiting.start()
        while places._queue._value:  # until it stands there
            pass
        with pytest.raises(QueueFull, match="Too many"), places.one():
            pass
        assert not served.is_set()
    assert served.wait(SOON)
    waiting.join(SOON)


def test_a_computation_that_fails_gives_its_place_back() -> None:
    places = Places(1, 0, 0.0)
    with pytest.raises(ZeroDivisionError), places.one():
        raise ZeroDivisionError
    with places.one():
        pass
