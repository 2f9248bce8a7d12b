"""What takes a while to make is made once, and kept within its bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae.serving.kept import Kept


@given(
    st.lists(st.integers(0, 7), max_size=60),
    st.integers(1, 5),
    st.lists(st.integers(0, 9), min_size=8, max_size=8),
    st.integers(0, 20),
)
def test_it_keeps_what_was_used_last_as_a_plain_model_does(asked, most, weights, room) -> None:
    made: list[int] = []

    def make(key: int) -> str:
        made.append(key)
        return str(key)

    kept = Kept(make, most, lambda value: weights[int(value)], room)
    model: OrderedDict[int, None] = OrderedDict()
    expected: list[int] = []
    for key in asked:
        assert kept.get(key) == str(key)
        if key not in model:
            expected.append(key)
        model[key] = None
        model.move_to_end(key)
        while len(model) > 1 and (len(model) > most or sum(weights[each] for each in model) > room):
            model.popitem(last=False)
    assert made == expected
    assert all((key in kept) == (key in model) for key in range(8))
    assert len(kept) == len(model)


def test_many_threads_that_ask_at_once_wait_for_one_making() -> None:
    begun, go, made = threading.Event(), threading.Event(), list[str]()

    def make(key: str) -> str:
        made.append(key)
        begun.set()
        assert go.wait(20)
        return key.upper()

    kept, got = Kept(make, 2), list[str]()
    threads = [threading.Thread(target=lambda: got.append(kept.get("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    go.set()
    for thread in threads:
        thread.join()
    assert (made, got) == (["a"], ["A"] * 8)


def test_what_cannot_be_made_is_not_kept_and_is_tried_again() -> None:
    answers = iter([ValueError("no"), "yes"])

    def make(key: str) -> str:
        if isinstance(answer := next(answers), Exception):
            raise answer
        return answer

    kept = Kept(make, 2)
    with pytest.raises(ValueError, match="no"):
        kept.get("a")
    assert "a" not in kept
    assert kept.get("a") == "yes"
    kept.drop("a")
    assert "a" not in kept
