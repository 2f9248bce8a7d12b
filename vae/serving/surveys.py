"""What takes seconds to measure of a checkpoint's plane: in the background, so that nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

from vae.serving.decoding import DecoderService

Found = TypeVar("Found")

GUESTS = 16  # planes of guests that are kept, and begun at a time
QUIET = 10.0  # seconds without a request after which planes are measured that nobody has asked for


class Surveys(Generic[Found]):
    """Measures the plane of each checkpoint of a service once, step by step, on one thread.

    `begin(service, name)` yields the share that is done and returns what was found. What somebody asks for
    comes first. After `measure` the others follow whenever nobody is asking the service for anything: a step
    takes some milliseconds, and a class at work would feel each of them. Of the service's guests the planes
    that were asked for last are kept.
    """

    def __init__(
        self,
        service: DecoderService,
        begin: Callable[[DecoderService, str], Generator[float, None, Found]],
    ) -> None:
        self._service = service
        self._begin = begin
        self._own = frozenset(service.names)
        self._begun: dict[str, Generator[float, None, Found]] = {}
        self._guests: list[str] = []  # the one asked for last at the end
        self._shares = dict.fromkeys(service.names, 0.0)
        self._found: dict[str, Found] = {}
        self._failed: dict[str, Exception] = {}
        self._asked: list[str] = []  # the newest one last
        self._wished: tuple[str, ...] = ()  # to be measured unasked
        self._closed = False
        self._changed = threading.Condition()
        self._worker = threading.Thread(target=self._run, name="surveys", daemon=True)
        self._worker.start()

    def measure(self, names: tuple[str, ...]) -> None:
        """Measure one checkpoint after the other, while the service is quiet."""
        with self._changed:
            self._wished = names
            self._changed.notify_all()

    def found(self, name: str, timeout: float = 0.0) -> Found | None:
        """What is known of a checkpoint's plane; None if it is not within `timeout` seconds.

        Asking hurries the survey on. Raises KeyError for an unknown name, and what the survey raised.
        """
        if name not in self._own and not self._service.has(name):
            raise KeyError(name)
        with self._changed:
            if name not in self._own:
                self._admit(name)
            if not self._settled(name) and name not in self._asked:
                self._asked.append(name)
                self._changed.notify_all()
            self._changed.wait_for(lambda: self._settled(name) or self._closed, timeout)
            if name in self._failed:
                raise self._failed[name]
            return self._found.get(name)

    def share(self, name: str) -> float:
        """How much of a checkpoint's plane is measured, 0 to 1."""
        return self._shares.get(name, 0.0)  # a guest may have gone

    def close(self) -> None:
        """End the thread after the step in work."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.join()

    def _settled(self, name: str) -> bool:
        return name in self._found or name in self._failed

    def _admit(self, name: str) -> None:
        """A guest, for whom another may have to go."""
        if name in self._guests:
            self._guests.remove(name)
        self._guests.append(name)
        self._shares.setdefault(name, 0.0)
        if len(self._guests) > GUESTS:
            gone = self._guests.pop(0)
            for kept in (self._shares, self._found, self._failed, self._begun):
                kept.pop(gone, None)
            if gone in self._asked:
                self._asked.remove(gone)

    def _run(self) -> None:
        while (name := self._next()) is not None:
            try:
                steps = self._begun.get(name) or self._begin(self._service, name)
            except Exception as error:  # a guest that has gone meanwhile
                self._settle(name, self._failed, error)
            else:
                self._begun[name] = steps
                self._go_on(name, steps)

    def _next(self) -> str | None:
        """What to measure: the newest that was asked for, then the others in order. None once closed."""
        with self._changed:
            while not self._closed:
                if self._asked:
                    return self._asked[-1]
                left = [name for name in self._wished if not self._settled(name)]
                too_soon = QUIET - self._service.quiet_for
                if left and too_soon <= 0:
                    return left[0]
                self._changed.wait(too_soon if left else None)
        return None

    def _go_on(self, name: str, steps: Generator[float, None, Found]) -> None:
        """Another step."""
        try:
            share = next(steps)
        except StopIteration as end:
            self._settle(name, self._found, end.value)
        except Exception as error:  # whoever asks is told; the other checkpoints go on
            self._settle(name, self._failed, error)
        else:
            with self._changed:
                if name in self._shares:  # a guest may have gone
                    self._shares[name] = share

    def _settle(self, name: str, results: dict[str, Any], result: object) -> None:
        with self._changed:
            self._begun.pop(name, None)
            if name in self._shares:  # a guest may have gone
                results[name] = result
            if name in self._asked:
                self._asked.remove(name)
            self._changed.notify_all()
