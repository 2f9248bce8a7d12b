"""Which image the machine is opened for: a test digit by label, next, random or number, or an example."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from pages.components.frame.kinds import are_digits, called, worded
from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.numbers import number_field
from pages.components.one_digit import words
from pages.components.one_digit.view import KEEPER, DigitView
from vae.data import Digits
from vae.model.checkpoint import Checkpoint
from vae.pictures import examples


def show_controls(view: DigitView, checkpoint: Checkpoint, digits: Digits) -> None:
    shown = view.digit % len(digits.labels)  # an address may come from where there are more
    if checkpoint.classes:
        show_classes(None if view.picture else int(digits.labels[shown]), checkpoint, digits)
    st.button("Next", key="one_digit_next", on_click=pick_next, args=(digits,))
    st.button("Random", key="one_digit_random", on_click=pick_random, args=(digits,))
    number_field(
        "Number",
        shown,
        (0, len(digits.labels) - 1),
        "one_digit_number",
        partial(pick_number, digits),
        label_visibility="collapsed",
        width=96,
    )
    offered = words.examples(checkpoint)
    st.selectbox(
        "Something else",
        list(offered),
        index=None,
        format_func=lambda name: offered[name],
        placeholder="Something else",
        key=mirror("one_digit_example", None),
        on_change=pick_example,
        args=(checkpoint, digits),
        required=True,
        label_visibility="collapsed",
        width=168 if are_digits(checkpoint.classes) else 220,
    )


def show_classes(label: int | None, checkpoint: Checkpoint, digits: Digits) -> None:
    """The choice of an image by its class, among the classes that have any."""
    name = worded("Test digit", checkpoint)
    st.selectbox(
        name,
        np.unique(digits.labels).tolist(),
        index=None,
        format_func=lambda one: called(one, checkpoint.classes),
        placeholder=name,
        key=mirror("one_digit_label", label),
        on_change=pick_label,
        args=(digits,),
        required=True,
        label_visibility="collapsed",
        width=124 if are_digits(checkpoint.classes) else 168,
    )


def pick_example(checkpoint: Checkpoint, digits: Digits) -> None:
    """A picture that belongs to no class, or stands on its head."""
    name = mirrored("one_digit_example")
    if name is None:
        return
    four = are_digits(checkpoint.classes)
    turned = following(digits, 4, -1) if four else KEEPER.now().digit % len(digits.labels)
    pictures = {
        "letter": examples.letter,
        "upside_down": lambda: examples.upside_down(digits.images[turned]),
        "noise": examples.grey_noise,
        "blank": examples.blank,
    }
    KEEPER.keep(picture=pictures[name]().tobytes(), noise=0.0, rubbed=None)


def pick(index: int) -> None:
    """Show a test digit as it is."""
    KEEPER.keep(digit=index, picture=None, noise=0.0, rubbed=None)


def pick_label(digits: Digits) -> None:
    """The first digit of the label after the one on show."""
    label = mirrored("one_digit_label")
    if label is not None:
        pick(following(digits, label, KEEPER.now().digit % len(digits.labels)))


def pick_next(digits: Digits) -> None:
    index = KEEPER.now().digit % len(digits.labels)
    pick((index + 1) % len(digits.labels))


def pick_random(digits: Digits) -> None:
    pick(int(np.random.default_rng().integers(len(digits.labels))))


def pick_number(digits: Digits, number: float) -> None:
    pick(min(int(number), len(digits.labels) - 1))


def following(digits: Digits, label: int, index: int) -> int:
    """The next digit of a label after `index`, the first one again after the last."""
    found = np.flatnonzero(digits.labels == label)
    later = found[found > index]
    return int(later[0] if len(later) else found[0])
