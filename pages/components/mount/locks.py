"""What Streamlit's caches keep of values that they have dropped."""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary

from streamlit.runtime.caching.cache_utils import Cache


def keep_no_locks() -> None:
    """Locks of cached values last as long as somebody holds them or waits.

    Streamlit makes one for every value that was ever computed, and keeps it though `max_entries` has dropped
    the value: some 300 bytes for every place that any visitor has looked at.
    """
    Cache.compute_value_lock = _lock_of  # type: ignore[method-assign]


def _lock_of(cache: Cache[object], value_key: str) -> threading.Lock:
    with cache._value_locks_lock:
        if not isinstance(cache._value_locks, WeakValueDictionary):
            cache._value_locks = WeakValueDictionary()  # type: ignore[assignment]
        lock = cache._value_locks.get(value_key)
        if lock is None:
            lock = cache._value_locks[value_key] = threading.Lock()
        return lock
