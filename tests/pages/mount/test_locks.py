"""That nothing is kept of what Streamlit's caches have dropped, and that a value is still computed once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.caching.cache_utils import Cache

from pages.components.mount.locks import keep_no_locks


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cache, "compute_value_lock", Cache.compute_value_lock)


def kept_by(cached: Any) -> int:
    """How many locks the cache of a cached function keeps."""
    return len(cached._info.get_function_cache(cached._function_key)._value_locks)


@pytest.mark.parametrize("decorator", [st.cache_resource, st.cache_data])
def test_nothing_is_kept_of_values_that_were_dropped(decorator: Callable[..., Any]) -> None:
    @decorator(max_entries=2, show_spinner=False)
    def doubled(number: int) -> int:
        return 2 * number

    keep_no_locks()
    assert [doubled(number) for number in range(50)] == list(range(0, 100, 2))
    assert kept_by(doubled) == 0
    doubled.clear()
    assert doubled(3) == 6


def test_a_value_that_two_ask_for_at_once_is_computed_once() -> None:
    begun, go_on, computed = threading.Event(), threading.Event(), []

    @st.cache_resource(show_spinner=False)
    def slow(number: int) -> int:
        begun.set()
        assert go_on.wait(10)
        computed.append(number)
        return number

    keep_no_locks()
    first, second = (threading.Thread(target=slow, args=(7,)) for _ in range(2))
    first.start()
    assert begun.wait(10)
    second.start()
    second.join(0.2)
    assert second.is_alive()
    go_on.set()
    first.join(10)
    second.join(10)
    assert computed == [7]
    assert kept_by(slow) == 0
