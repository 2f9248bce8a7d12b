"""What the map of a run is drawn from: the held-out latent means at each snapshot, and their labels."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from vae.datasets.dataset import DataUnavailable
from vae.datasets.shelf import held_out
from vae.model.checkpoint import CheckpointError
from vae.serving.kept import Kept
from vae.workshop.reading import Runs

LABELS_AT_HAND = 32  # runs
MOMENTS_AT_HAND = 1024  # snapshots; 8 KB each


class Maps:
    """Maps of all runs. Thread-safe."""

    def __init__(self, workshop: Callable[[], Runs]) -> None:
        self._workshop = workshop
        self._labels = Kept(self._read_labels, LABELS_AT_HAND)
        self._moments = Kept(self._read_moment, MOMENTS_AT_HAND)

    def packed(self, run: str, start: int) -> bytes:
        """Little-endian u32 count, u32 m, count x f32 epoch, count x m x (f16 z1, f16 z2), m x u8 labels.

        These are the snapshots from index `start` on. Raises UnknownRun.
        """
        count = len(self._workshop().folder_of(run).snapshots())
        moments = [self._moments.get((run, index)) for index in range(min(start, count), count)]
        labels = self._labels.get(run) if count else np.zeros(0, np.uint8)
        epochs = np.asarray([epoch for epoch, _ in moments], "<f4")
        return b"".join(
            [
                struct.pack("<II", len(moments), len(labels)),
                epochs.tobytes(),
                *(means.tobytes() for _, means in moments),
                labels.tobytes(),
            ]
        )

    def _read_moment(self, key: tuple[str, int]) -> tuple[float, NDArray[np.float16]]:
        snapshot, _ = self._workshop().snapshot(*key)
        return snapshot.epoch, np.ascontiguousarray(snapshot.means, "<f2")

    def _read_labels(self, run: str) -> NDArray[np.uint8]:
        """Those of the held-out images that the snapshots show: of the model, before it of the data set."""
        shown = len(self._moments.get((run, 0))[1])
        folder = self._workshop().folder_of(run)
        with suppress(CheckpointError):
            return folder.checkpoint().latents.labels[:shown].astype(np.uint8)
        with suppress(DataUnavailable):
            return held_out(folder.job().dataset).labels[:shown].astype(np.uint8)
        return np.zeros(shown, np.uint8)
