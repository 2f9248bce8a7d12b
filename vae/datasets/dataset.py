"""A data set as every part of the program sees it."""

from __future__ import annotations

from dataclasses import dataclass

from vae.data import Digits

MNIST = "mnist"
DIGIT_NAMES = tuple("0123456789")
MOST_CLASSES = 10  # as many colours as can be told apart on the map


class DataUnavailable(RuntimeError):
    """A data set is not there or cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Dataset:
    """Training images and held-out images, 28 x 28 pixels each.

    `classes` names what the labels count, at most `MOST_CLASSES`; without labels it is empty, and every label
    is 0.
    """

    name: str  # "mnist", "fashion-mnist", "small-digits", or "own-" and twelve digits of its SHA-256
    title: str  # for people
    train: Digits
    test: Digits
    classes: tuple[str, ...] = DIGIT_NAMES
