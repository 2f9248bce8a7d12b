"""What takes a while to make, kept as long as there is room: what was used longest ago goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """`make(key)` once for however many threads ask, one at a time; what it raises reaches whoever asked.

    At most `most` values are kept, of at most `room` together in the unit in which `weigh` tells one's size;
    the newest is kept in any case.
    """

    def __init__(
        self,
        make: Callable[[Key], Value],
        most: int,
        weigh: Callable[[Value], int] = lambda value: 0,
        room: int = 0,
    ) -> None:
        self._make = make
        self._most = most
        self._weigh = weigh
        self._room = room
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._making = threading.Lock()
        self._using = threading.Lock()

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key) -> Value:
        """The value, made if it is not there."""
        found = self._there(key)
        if found is None:
            with self._making:
                found = self._there(key)  # made by another thread meanwhile
                if found is None:
                    found = (self._make(key),)
                    self._keep(key, found[0])
        return found[0]

    def drop(self, key: Key) -> None:
        with self._using:
            self._values.pop(key, None)

    def _there(self, key: Key) -> tuple[Value] | None:
        with self._using:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return (self._values[key],)

    def _keep(self, key: Key, value: Value) -> None:
        with self._using:
            self._values[key] = value
            while len(self._values) > 1 and self._is_too_much():
                self._values.popitem(last=False)

    def _is_too_much(self) -> bool:
        return len(self._values) > self._most or sum(map(self._weigh, self._values.values())) > self._room
