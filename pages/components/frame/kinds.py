"""What kind of images a model was trained on, in words: digits, classes with names, or no classes at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pages.components.frame.service import classifier
from pages.components.frame.words import a_digit
from vae.datasets.dataset import DIGIT_NAMES, MNIST
from vae.model.checkpoint import Checkpoint

if TYPE_CHECKING:
    from vae.model.classifier import Classifier

DIGIT = re.compile(r"\b(?:(a) )?(?:handwritten )?(digits?)\b", re.IGNORECASE)


def are_digits(classes: Sequence[str]) -> bool:
    """Whether the labels are the ten digits, MNIST's or others'."""
    return tuple(classes) == DIGIT_NAMES


def judge_of(checkpoint: Checkpoint) -> Classifier | None:
    """The network that names what this model draws; None if there is none, or none that knows it."""
    return classifier() if checkpoint.is_judged else None


def called(label: int, classes: Sequence[str]) -> str:
    """What an image of this label is: "a 3", "Sneaker"; "" where there are no classes."""
    if are_digits(classes):
        return a_digit(label)
    return classes[label] if classes else ""


def worded(text: str, checkpoint: Checkpoint) -> str:
    """A text on digits, which speaks of images where the model knows others: "a digit" becomes "an image"."""
    return text if are_digits(checkpoint.classes) else DIGIT.sub(_image, text)


def _image(found: re.Match[str]) -> str:
    article, word = found[1], found[2]
    said = "images" if word.lower().endswith("s") else "image"
    first = f"{article}n {said}" if article else said
    return first.capitalize() if found[0][0].isupper() else first


def held_out(checkpoint: Checkpoint) -> str:
    """How many images of which set the dots of the map are: "10,000 test digits of MNIST"."""
    count = f"{len(checkpoint.latents.labels):,}"
    return worded(f"{count} test digits{' of MNIST' if checkpoint.dataset == MNIST else ''}", checkpoint)
