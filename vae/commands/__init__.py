"""The commands of `python -m vae`: what each can be told, and what it does with it."""

from __future__ import annotations

from pathlib import Path

from vae.model.checkpoint import Checkpoint, CheckpointError, load

CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"


def stored(path: Path) -> Checkpoint | None:
    """The checkpoint in a file; None if there is none, or one that cannot be read and is made again."""
    try:
        return load(path)
    except CheckpointError:
        return None
