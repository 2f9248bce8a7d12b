"""Snapshots of a model in training: its decoder and posteriors of held-out images, in half precision.

A run's folder holds `snapshots/0000.npz`, `0001.npz`, … in the order of their epochs.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.config import ModelConfig
from vae.model.checkpoint import outline, single
from vae.model.files import write_bytes
from vae.model.network import VAE

FOLDER = "snapshots"
SHOWN = 2_000  # held-out images on the map: the first of them
DECODER = "decoder."

Half = NDArray[np.float16]


@dataclass(frozen=True)
class Snapshot:
    """A model at one moment of its training."""

    epoch: float
    means: Half  # (m, 2), m at most SHOWN
    log_variances: Half  # (m, 2); minus infinity for a plain autoencoder
    decoder: Mapping[str, Tensor]  # "decoder.…": weights of the VAE's decoder, in half precision on the CPU


def path_of(index: int, folder: Path) -> Path:
    return folder / FOLDER / f"{index:04}.npz"


def count(folder: Path) -> int:
    """How many snapshots a run's folder holds."""
    found = 0
    while path_of(found, folder).exists():
        found += 1
    return found


def write(snapshot: Snapshot, index: int, folder: Path) -> None:
    """Raises FileError."""
    content = io.BytesIO()
    weights = {name: value.numpy() for name, value in snapshot.decoder.items()}
    np.savez(
        content,
        allow_pickle=False,
        epoch=np.float32(snapshot.epoch),
        means=snapshot.means,
        log_variances=snapshot.log_variances,
        **weights,
    )
    write_bytes(content.getbuffer(), path_of(index, folder))


def read(index: int, folder: Path) -> Snapshot:
    """Raises FileNotFoundError if there is no such snapshot, and ValueError or KeyError for a damaged one."""
    with np.load(path_of(index, folder), allow_pickle=False) as stored:
        weights = {name: torch.from_numpy(stored[name]) for name in stored.files if name.startswith(DECODER)}
        return Snapshot(float(stored["epoch"]), stored["means"], stored["log_variances"], weights)


def built(snapshot: Snapshot, config: ModelConfig, device: torch.device) -> VAE:
    """A model on `device` that decodes as it did then; its encoder holds no numbers.

    Raises RuntimeError if the weights are not those of such a model.
    """
    model = outline(config)
    weights = {name: value.to(device) for name, value in single(snapshot.decoder).items()}
    _, odd = model.load_state_dict(weights, strict=False, assign=True)
    missing = set(model.decoder.state_dict()) - {name.removeprefix(DECODER) for name in weights}
    if odd or missing:
        raise RuntimeError("The snapshot's weights are not those of the model.")
    return model.eval().requires_grad_(False)
