"""Decoders that are not ours, as an ONNX file or a Python callable, behind the same interface."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.config import LATENT_DIM, PIXELS
from vae.measure.inversion import Decoder

Probabilities = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # (n, 2) to (n, 784) or (n, …, 28, 28)

PROBED = 3  # points; not as many as they have coordinates
LONGEST = 200  # characters of what somebody else's code says
SMALLEST = 1e-7  # a probability of exactly 0 or 1 would make one pixel's log-likelihood infinite


class ForeignDecoderError(RuntimeError):
    """A foreign decoder cannot be used; the message is one sentence that says why."""


def is_foreign(name: str) -> bool:
    """Whether a command-line argument names an ONNX file or module:function rather than a checkpoint."""
    return name.endswith(".onnx") or (":" in name and not Path(name).exists())


def load_foreign(name: str) -> Decoder:
    """The decoder in an ONNX file, or the callable `module:function`, returning Bernoulli logits (n, 784).

    Either takes latent points (n, 2) float32 and returns 784 ink probabilities each, in rows of pixels from
    the top left. Raises ForeignDecoderError.
    """
    probabilities = _onnx(Path(name)) if name.endswith(".onnx") else _callable(name)

    def decode(z: Tensor) -> Tensor:
        try:
            ink = np.asarray(probabilities(z.cpu().numpy()), dtype=np.float64)
        except Exception as error:  # whatever a stranger's code may raise
            reason = " ".join(str(error).split())[:LONGEST] or type(error).__name__
            raise ForeignDecoderError(
                f"{name} failed on an array of shape ({len(z)}, 2), float32: {reason.rstrip('.')}."
            ) from error
        if ink.shape[:1] != (len(z),) or ink.size != len(z) * PIXELS:
            raise ForeignDecoderError(
                f"{name} returned the shape {ink.shape} for {len(z)} points, not 784 each."
            )
        if not ((ink >= 0) & (ink <= 1)).all():
            raise ForeignDecoderError(f"{name} returned values outside [0, 1]: it must return probabilities.")
        clipped = ink.reshape(len(z), PIXELS).clip(SMALLEST, 1 - SMALLEST)
        return torch.logit(torch.from_numpy(clipped)).float().to(z.device)

    decode(torch.zeros(PROBED, LATENT_DIM))  # a wrong shape is better told now than after minutes
    return decode


def _onnx(path: Path) -> Probabilities:
    try:
        import onnxruntime
    except ImportError as error:
        raise ForeignDecoderError("Reading ONNX files needs a package: pip install onnxruntime.") from error
    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (first, *more) = session.get_inputs()
    except Exception as error:  # onnxruntime has a class of its own for every way a file can be wrong
        raise ForeignDecoderError(f"{path} is not an ONNX file that can be read.") from error
    if more:
        raise ForeignDecoderError(f"{path} has {1 + len(more)} inputs; a decoder has one, the latent points.")

    def run(z: NDArray[np.float32]) -> NDArray[np.float32]:
        output: NDArray[np.float32] = session.run(None, {first.name: z})[0]
        return output

    return run


def _callable(name: str) -> Probabilities:
    module, _, function = name.partition(":")
    try:
        found: Probabilities = getattr(importlib.import_module(module), function)
    except Exception as error:  # a module may raise anything while it is imported
        raise ForeignDecoderError(
            f"{name} cannot be imported: name a function as module:function."
        ) from error
    if not callable(found):
        raise ForeignDecoderError(f"{name} is not a function: name one as module:function.")
    return found
