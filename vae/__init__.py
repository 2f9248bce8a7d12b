"""Latent Atlas from Python: open a model, decode points of the plane, encode images.

    import vae

    model = vae.load("checkpoints/vae.pt")
    picture = model.decode([0.5, -1.0])  # (28, 28): probability of ink
    mean, log_variance = model.encode(picture)  # (2,) each
    model.figures["elbo_nats"], model.latents.means  # the file's own record, the test set's latent means

Arrays give arrays, tensors give tensors; any leading dimensions are kept. Nothing in this package imports
streamlit or plotly. torch is imported when a model is opened, not with a constant of `vae.config`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vae.model.opened import Model

__all__ = ["load"]


def load(path: str | os.PathLike[str], device: str = "cpu") -> Model:
    """Open a checkpoint on a device ("cpu", "cuda", "mps").

    Raises vae.model.checkpoint.CheckpointError if the file cannot be used and vae.device.DeviceError if there
    is no such device; both say in one sentence what to do.
    """
    from vae.model.opened import open_model

    return open_model(path, device)
