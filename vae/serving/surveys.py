"""The plane of every checkpoint is measured in the background, so that shortest paths need no wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from typing import TYPE_CHECKING

from vae.serving.decoding import DecoderService

if TYPE_CHECKING:
    from vae.measure.geodesic import PictureSpace

HEAD_START = 10.0  # seconds in which the first visitors have the machine for themselves
REST = 2.0  # seconds of rest after each second of measuring that nobody waits for


class Surveys:
    """Makes the PictureSpace of each checkpoint of a service once, row by row, on one thread.

    What somebody asks for comes first and is measured without rests. Until `measure_all` nothing else is.
    """

    def __init__(self, service: DecoderService) -> None:
        self._service = service
        self._shares = dict.fromkeys(service.names, 0.0)
        self._spaces: dict[str, PictureSpace] = {}
        self._failed: dict[str, Exception] = {}
        self._asked: list[str] = []  # the newest one last
        self._all = self._closed = False
        self._changed = threading.Condition()
        self._worker = threading.Thread(target=self._run, name="surveys", daemon=True)
        self._worker.start()

    def measure_all(self) -> None:
        """Measure one checkpoint after the other, unhurriedly, after a head start for the first visitors."""
        with self._changed:
            self._all = True
            self._changed.notify_all()

    def space(self, name: str, timeout: float = 0.0) -> PictureSpace | None:
        """The shortest paths of a checkpoint; None if they are not known within `timeout` seconds.

        Asking hurries the survey on. Raises KeyError for an unknown name, and what the survey raised.
        """
        with self._changed:
            if name not in self._shares:
                raise KeyError(name)
            if not self._settled(name) and name not in self._asked:
                self._asked.append(name)
                self._changed.notify_all()
            self._changed.wait_for(lambda: self._settled(name) or self._closed, timeout)
            if name in self._failed:
                raise self._failed[name]
            return self._spaces.get(name)

    def share(self, name: str) -> float:
        """How much of a checkpoint's plane is measured, 0 to 1."""
        return self._shares[name]

    def close(self) -> None:
        """End the thread after the row in work."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.join()

    def _settled(self, name: str) -> bool:
        return name in self._spaces or name in self._failed

    def _run(self) -> None:
        self._rest(HEAD_START)
        # Not before: to import SciPy takes as long as everything else that the first visitor waits for.
        from vae.measure.geodesic import survey

        service = self._service
        rows = {
            name: survey(service.model(name), service.checkpoint(name).latents.means) for name in self._shares
        }
        while (name := self._next()) is not None:
            started = time.monotonic()
            self._measure(name, rows[name])
            self._rest(REST * (time.monotonic() - started))

    def _rest(self, seconds: float) -> None:
        """Nothing is done for so long, unless somebody asks."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._asked, timeout=seconds)

    def _next(self) -> str | None:
        """What to measure: the newest that was asked for, then the others in order. None once closed."""
        with self._changed:
            while not self._closed:
                left = self._asked[-1:] or [name for name in self._shares if not self._settled(name)]
                if left and (self._asked or self._all):
                    return left[0]
                self._changed.wait()
        return None

    def _measure(self, name: str, rows: Generator[float, None, PictureSpace]) -> None:
        """Another row."""
        try:
            self._shares[name] = next(rows)
            return
        except StopIteration as end:
            self._spaces[name] = end.value
        except Exception as error:  # whoever asks is told; the other checkpoints go on
            self._failed[name] = error
        with self._changed:
            if name in self._asked:
                self._asked.remove(name)
            self._changed.notify_all()
