"""The images that the page offers, and what it computes about one, once for all visitors."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from pages.components.frame import service
from pages.components.frame.kinds import judge_of
from pages.components.frame.originals import Images, have_stand_ins, originals
from pages.components.frame.service import classifier, decoder_service, outlooks, places
from pages.components.one_digit.belonging import Ground, ground
from vae.config import PIXELS
from vae.data import Digits, binarisation
from vae.datasets.small import small_digits
from vae.measure import belonging, predictions
from vae.measure.variations import Variations
from vae.measure.variations import variations as made
from vae.model import ladder
from vae.pictures.spoiled import Picture

if TYPE_CHECKING:
    from vae.measure.account import Account

CHECKPOINTS_AT_HAND, IMAGES_AT_HAND = 16, 256
REDRAWN_AT_HAND = 4  # sets of images
MANY = 1000  # digits behind a share
MOST_POINTS = 256  # that are decoded at once

Source = Literal["test", "others", "redrawn"]


class Shown(NamedTuple):
    """The images to choose from, and whose they are."""

    digits: Digits
    source: Source


@st.cache_resource(max_entries=1, show_spinner=False)
def _small_digits() -> Digits:
    return small_digits()


def images_for(name: str) -> Shown:
    """The held-out images of the checkpoint `name`, in its order, where they are at hand.

    Else, of a model of MNIST, scikit-learn's small digits, which need no download; of another the held-out
    images as it redraws them.
    """
    checkpoint = decoder_service().checkpoint(name)
    if have_stand_ins(checkpoint):
        return Shown(_small_digits(), "others")
    labels = checkpoint.latents.labels
    found, _ = originals(checkpoint)
    if found is not None:
        return Shown(Digits(found, labels), "test")
    return Shown(Digits(_redrawn_images(name), labels), "redrawn")


@st.cache_resource(max_entries=REDRAWN_AT_HAND, show_spinner=False)
def _redrawn_images(name: str) -> Images:
    """What the decoder draws at all latent means of a checkpoint, (n, 784)."""
    service = decoder_service()
    means = service.checkpoint(name).latents.means
    blocks = np.array_split(means, -(-len(means) // MOST_POINTS))
    return np.concatenate([service.decode(name, block).images for block in blocks])


@st.cache_resource(max_entries=1, show_spinner=False)
def _thresholds() -> NDArray[np.uint8]:
    """Those by which the test set is made black and white, (10000, 784)."""
    return binarisation((10_000, PIXELS), torch.Generator().manual_seed(0)).numpy()


def binary(picture: Picture, index: int) -> Picture:
    """Ink or no ink, 1 or 0, (784,): drawn as for the test digit of this index, in all figures alike."""
    return (_thresholds()[index] < picture).astype(np.uint8)


def is_looked_around(checkpoint: str, timeout: float = 0.0) -> bool:
    """Whether the account of an image can be had at once; asking hurries on what it needs."""
    return outlooks().found(checkpoint, timeout) is not None


def looked_share(checkpoint: str) -> float:
    """How much of what it needs is done, 0 to 1."""
    return outlooks().share(checkpoint)


@st.cache_resource(show_spinner=False, max_entries=IMAGES_AT_HAND)
def account(checkpoint: str, image: bytes) -> Account:
    """The account of a binary image, 784 bytes of 0 and 1, under a variational model.

    Its plane is looked around already. Raises QueueFull if too many ask at once.
    """
    from vae.measure.account import account

    known = outlooks().found(checkpoint)
    assert known is not None
    with places().one():
        return account(decoder_service().model(checkpoint), _as_tensor(image), known)


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def compared(checkpoint: str) -> Ground | None:
    """What images are compared with: what `python -m vae score` has recorded of a checkpoint, if anything."""
    found = belonging.load(decoder_service().checkpoint(checkpoint), belonging.file_of(file(checkpoint)))
    return None if found is None else ground(found)


def file(checkpoint: str) -> Path:
    """Where a checkpoint lies."""
    return service.CHECKPOINTS / name_of(checkpoint).removeprefix("checkpoints/")


def name_of(checkpoint: str) -> str:
    """Its file, as a command line beside the app names it."""
    beta = ladder.beta_of(checkpoint)
    return f"checkpoints/{ladder.file(beta) if beta else f'{checkpoint}.pt'}"


@st.cache_resource(show_spinner=False, max_entries=IMAGES_AT_HAND)
def reconstruction_error(checkpoint: str, image: bytes) -> float:
    """-log p(x | mu) of a binary image in nats, mu the encoder's mean."""
    return float(belonging.reconstruction(decoder_service().model(checkpoint), _as_tensor(image)[None])[0])


def _as_tensor(image: bytes) -> torch.Tensor:
    return torch.from_numpy(np.frombuffer(image, np.uint8).astype(np.float32))


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def four_like_nine(checkpoint: str) -> int | None:
    """The 9 that looks most like a 4 to the classifier; None without one."""
    judge = judge_of(decoder_service().checkpoint(checkpoint))
    return None if judge is None else predictions.four_like_nine(images_for(checkpoint).digits, judge)


def landing(checkpoint: str, index: int) -> int | None:
    """The digit of most codes around that of the digit of this index, None if there is none."""
    latents = decoder_service().checkpoint(checkpoint).latents
    image = images_for(checkpoint).digits.images[[index]].astype(np.float32) / 255
    return predictions.landing(latents, decoder_service().encode(checkpoint, image).means[0])


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def redrawn(checkpoint: str) -> tuple[float, int] | None:
    """Of how many digits by other people which share is redrawn as its label; None without a classifier."""
    judge, others = classifier(), _small_digits()
    if judge is None:
        return None
    with places().one():
        share = belonging.kept_labels(decoder_service().model(checkpoint), others, judge)
    return share, len(others.labels)


@st.cache_resource(show_spinner=False, max_entries=IMAGES_AT_HAND)
def growth(checkpoint: str, image: bytes) -> float:
    """By which factor the area of an image's ellipse grows without its lower half; 784 grey values."""
    images = np.frombuffer(image, np.uint8)[None].copy()
    return float(predictions.ellipse_growth(decoder_service().model(checkpoint), images)[0])


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def growths(checkpoint: str) -> dict[str, int]:
    """Of the first MANY digits, how many ellipses grow, shrink and stay."""
    shown = images_for(checkpoint).digits.images[:MANY]
    with places().one():
        found = predictions.ellipse_growth(decoder_service().model(checkpoint), shown)
    return dict(Counter(map(predictions.changed, found.tolist())))


@st.cache_resource(show_spinner=False, max_entries=IMAGES_AT_HAND)
def variations(checkpoint: str, image: bytes, count: int, temperature: float) -> Variations:
    """So many variations of an image, 784 grey values, from its posterior, with the judge's verdicts."""
    service = decoder_service()
    picture, judge = np.frombuffer(image, np.uint8), judge_of(service.checkpoint(checkpoint))
    return made(service.model(checkpoint), picture, count, temperature, judge)
