"""What images are called: digits as ever, others by the names of their classes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages.components.frame.kinds import called, held_out, judge_of, worded
from tests.pages.frame.test_words import checkpoint
from vae.datasets.dataset import DIGIT_NAMES

OTHERS = replace(checkpoint(), dataset="fashion-mnist", classes=("Coat", "Bag"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Each dot is one handwritten digit.", "Each dot is one image."),
        ("A is a digit", "A is an image"),
        ("A digit can be read.", "An image can be read."),
        ("Test digits, 10 digits", "Test images, 10 images"),
        ("Digits blur.", "Images blur."),
        ("the digital age", "the digital age"),
    ],
)
def test_a_text_on_digits_speaks_of_images_where_there_are_none(text: str, expected: str) -> None:
    assert worded(text, checkpoint()) == text
    assert worded(text, replace(checkpoint(), dataset="small-digits")) == text
    assert worded(text, OTHERS) == expected


def test_classes_are_called_by_their_names() -> None:
    assert [called(label, DIGIT_NAMES) for label in (3, 8)] == ["a 3", "an 8"]
    assert called(1, OTHERS.classes) == "Bag"
    assert called(0, ()) == ""


def test_what_was_held_out_says_how_many_and_whose() -> None:
    assert held_out(checkpoint()) == "1 test digits of MNIST"
    assert held_out(OTHERS) == "1 test images"


def test_the_judge_is_not_asked_about_what_it_was_not_taught() -> None:
    assert judge_of(OTHERS) is None
    assert judge_of(replace(checkpoint(), dataset="small-digits")) is None
    assert judge_of(checkpoint()) is not None
