"""The plane of every checkpoint is measured in the background, so that shortest paths need no wait."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import TYPE_CHECKING

from vae.serving.decoding import DecoderService

if TYPE_CHECKING:
    from vae.measure.geodesic import PictureSpace

QUIET = 10.0  # seconds without a request after which planes are measured that nobody has asked for


class Surveys:
    """Makes the PictureSpace of each checkpoint of a service once, row by row, on one thread.

    What somebody asks for comes first. After `measure_all` the others follow whenever nobody is asking the
    service for anything: a row takes some milliseconds, and a class at work would feel each of them.
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
        """Measure one checkpoint after the other, while the service is quiet."""
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
        begun: dict[str, Generator[float, None, PictureSpace]] = {}
        while (name := self._next()) is not None:
            # Not before: to import SciPy takes as long as everything else that the first visitor waits for.
            from vae.measure.geodesic import survey

            if name not in begun:
                latents = self._service.checkpoint(name).latents
                begun[name] = survey(self._service.model(name), latents.means)
            self._measure(name, begun[name])

    def _next(self) -> str | None:
        """What to measure: the newest that was asked for, then the others in order. None once closed."""
        with self._changed:
            while not self._closed:
                if self._asked:
                    return self._asked[-1]
                left = [name for name in self._shares if not self._settled(name)] if self._all else []
                too_soon = QUIET - self._service.quiet_for
                if left and too_soon <= 0:
                    return left[0]
                self._changed.wait(too_soon if left else None)
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
