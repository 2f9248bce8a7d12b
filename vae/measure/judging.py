"""What the judge is worth: whom it names rightly, and what that is no digit it refuses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vae.data import Digits, to_unit
from vae.datasets.small import small_digits
from vae.measure import unseen
from vae.measure.measures import OF
from vae.measure.quality import CONFIDENT
from vae.measure.traversal import Images
from vae.model.checkpoint import Checkpoint
from vae.model.classifier import Classifier, class_probabilities
from vae.model.network import decode_all
from vae.plane.box import Box, data_box
from vae.plane.prior import box_draws

SEED = 1
Figures = dict[str, float]


def judge_figures(
    judge: Classifier,
    test: Digits,
    pictures: int,
    vae: Checkpoint | None = None,
    autoencoder: Checkpoint | None = None,
) -> Figures:
    """Shares in [0, 1] among test digits and among so many `pictures` of each kind that is no digit.

    Each has its number of pictures beside it as `…_of`, for `intervals.wilson`. `test` has the models' own
    order, or begins it. Without a model the figures of what it draws are left out.
    """
    figures = digit_figures(judge, test)
    figures |= _share("judge_small_digits", _named_rightly(judge, small_digits()))
    if vae is not None:
        redrawn = decoded(vae, torch.from_numpy(vae.latents.means[: len(test.labels)]))
        figures |= _share("judge_reconstructions", _named_rightly(judge, Digits(redrawn, test.labels)))
    for kind, images in no_digits(test, pictures, autoencoder).items():
        figures |= _share(f"judge_{kind}", _likeliest(judge, images)[0] >= CONFIDENT)
    return figures


def digit_figures(judge: Classifier, test: Digits) -> Figures:
    """Of test digits: whose likeliest digit is their own; named as their own, as another, not at all."""
    sure, digit = _likeliest(judge, test.images)
    named, own = sure >= CONFIDENT, digit == test.labels
    return {
        **_share("test_accuracy", own),
        **_share("judge_right", named & own),
        **_share("judge_wrong", named & ~own),
        **_share("judge_unnamed", ~named),
    }


def no_digits(test: Digits, count: int, autoencoder: Checkpoint | None) -> Mapping[str, Images]:
    """Kinds of pictures that are no digits, none of them made as in training, the same for the same count.

    Overlays may still be read, and what an autoencoder draws far off may be a digit: few pictures, repeated.
    """
    generator = np.random.default_rng(SEED)
    kinds = {
        "scribbles": unseen.scribbles(count, generator),
        "letters": unseen.letters(count, generator),
        "overlays": unseen.overlays(test, count, generator),
        "textures": unseen.textures(count, generator),
        "greys": unseen.greys(),
    }
    if autoencoder is not None:
        kinds["far"] = decoded(autoencoder, far_places(autoencoder, count))
    return kinds


def far_places(checkpoint: Checkpoint, count: int) -> torch.Tensor:
    """The `count` places farthest from all codes among four times as many, even over twice the codes' box."""
    box = data_box(checkpoint.latents.means)
    width, height = box.right - box.left, box.top - box.bottom
    wide = Box(box.left - width / 2, box.right + width / 2, box.bottom - height / 2, box.top + height / 2)
    z = box_draws(wide, 4 * count, SEED)
    distance, _ = cKDTree(checkpoint.latents.means).query(z.numpy())
    return z[torch.from_numpy(np.argsort(distance)[-count:].copy())]


def decoded(checkpoint: Checkpoint, z: torch.Tensor) -> Images:
    """What a model decodes at points (n, 2): (n, 784), ink probability, 0 to 255."""
    images: Images = decode_all(checkpoint.build(), z).numpy()
    return images


def _likeliest(judge: Classifier, images: Images) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The likeliest digit of pictures (n, 784) and its probability, (n,) each."""
    sure, digit = class_probabilities(judge, to_unit(images)).max(dim=1)
    return sure.numpy(), digit.numpy()


def _named_rightly(judge: Classifier, digits: Digits) -> NDArray[np.bool_]:
    sure, digit = _likeliest(judge, digits.images)
    named: NDArray[np.bool_] = (sure >= CONFIDENT) & (digit == digits.labels)
    return named


def _share(key: str, true: NDArray[np.bool_]) -> Figures:
    """The share of `true` (n,) under a key, with n beside it."""
    return {key: float(true.mean()), f"{key}{OF}": len(true)}
