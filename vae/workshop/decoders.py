"""Decoders of snapshots, built when somebody looks at one."""

from __future__ import annotations

from collections.abc import Callable

import torch

from vae.history.snapshots import built
from vae.model.network import VAE
from vae.serving.kept import Kept
from vae.workshop.errors import UnknownRun
from vae.workshop.reading import Runs

MOST, WEIGHTS = 128, 2**25  # decoders in memory, and numbers in all of them together: 128 MB


class Decoders:
    """The decoder of a run at each of its snapshots, on one device. Thread-safe."""

    def __init__(self, workshop: Callable[[], Runs], device: torch.device) -> None:
        self._workshop = workshop
        self._device = device
        self._kept = Kept(self._build, MOST, _weights, WEIGHTS)

    def is_at_hand(self, run: str, index: int) -> bool:
        return (run, index) in self._kept

    def get(self, run: str, index: int) -> VAE:
        """Raises UnknownRun if there is no such snapshot, or none that can be used."""
        self._workshop().folder_of(run)  # it may be gone, though its decoders are at hand
        return self._kept.get((run, index))

    def _build(self, key: tuple[str, int]) -> VAE:
        run, index = key
        snapshot, job = self._workshop().snapshot(run, index)
        try:
            return built(snapshot, job.model, self._device)
        except RuntimeError as error:
            raise UnknownRun(f"Snapshot {index} of this run is damaged.") from error


def _weights(model: VAE) -> int:
    return sum(value.numel() for value in model.decoder.parameters())
