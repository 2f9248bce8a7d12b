"""The controls above the walk: its ends, the kind of its path, and what is used seldom, folded away."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from pages.components.continuity import words
from pages.components.continuity.view import KEEPER, PathView, example, next_pair, pair_ends
from pages.components.frame.choices import choose_one
from pages.components.frame.kinds import are_digits, called, worded
from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.numbers import number_field
from pages.components.frame.views import COORDINATES, Point
from vae.model.checkpoint import Checkpoint, Latents
from vae.plane.neighbours import digit_at

ENDS = ("a", "b")


def show_controls(view: PathView, checkpoint: Checkpoint) -> None:
    """Ends and kind of the path; what is used seldom is folded away."""
    latents = checkpoint.latents
    if view.mode == "path":
        for end, point in zip(ENDS, (view.a, view.b), strict=True):
            if checkpoint.classes:
                show_digit_choice(end, digit_at(latents.means, point), checkpoint)
        st.button(
            "Next pair",
            key="continuity_next_pair",
            on_click=keep_next_pair,
            args=(latents,),
            help=worded(words.NEXT_PAIR, checkpoint),
        )
        choose_one(KEEPER, "kind", words.KIND_NAMES, label="Path", on_change=keep_kind)
    else:
        st.button("Back to the path", key="continuity_back", on_click=KEEPER.keep, kwargs={"mode": "path"})
    with st.popover("More", width="content"):
        show_more(view, checkpoint)
    if view.mode == "path":  # last, because its length differs
        purpose = escape(words.PURPOSES[view.kind])
        st.html(f'<p class="continuity-purpose" data-testid="purpose">{purpose}</p>', width="content")


def show_digit_choice(end: str, index: int | None, checkpoint: Checkpoint) -> None:
    name, latents = end.upper(), checkpoint.latents
    digits = are_digits(checkpoint.classes)
    st.selectbox(
        worded(f"{name} is a digit", checkpoint),
        range(len(checkpoint.classes)),
        index=None,
        format_func=lambda label: f"{name}{' is' if digits else ':'} {called(label, checkpoint.classes)}",
        placeholder=f"{name}: a point",
        key=mirror(f"continuity_{end}_digit", None if index is None else int(latents.labels[index])),
        on_change=pick_digit,
        args=(end, latents),
        required=True,
        label_visibility="collapsed",
        width=124 if digits else 176,
    )


def show_more(view: PathView, checkpoint: Checkpoint) -> None:
    """The plane's ground, other digits of the same labels, ends as numbers, and the axes."""
    if view.mode == "path":
        for end, point in zip(ENDS, (view.a, view.b), strict=True):
            show_another(end, digit_at(checkpoint.latents.means, point), checkpoint)
            show_typed(end, point)
    show_grounds(view, checkpoint)
    choose_one(KEEPER, "mode", words.MODE_NAMES, label="Move along", is_written=True)


def show_another(end: str, index: int | None, checkpoint: Checkpoint) -> None:
    label = " of this label" if checkpoint.classes else ""
    st.button(
        worded(f"Another digit{label} at {end.upper()}", checkpoint),
        key=f"continuity_{end}_next",
        on_click=pick_digit,
        args=(end, checkpoint.latents, index),
        disabled=index is None,
    )


def show_typed(end: str, point: Point) -> None:
    columns = st.columns(2, gap="xsmall")
    for axis, (column, value) in enumerate(zip(columns, point, strict=True), start=1):
        number_field(
            f"{end.upper()}, z{axis}",
            value,
            COORDINATES,
            f"continuity_{end}{axis}",
            partial(move_typed, end, axis),
            column,
        )


def show_grounds(view: PathView, checkpoint: Checkpoint) -> None:
    """What can lie behind the points of the plane, one at a time."""
    for field, other in (("legible", "magnification"), ("magnification", "legible")):
        if field == "legible" and not checkpoint.is_judged:
            continue
        name, explained = words.GROUNDS[field]
        st.toggle(
            name,
            key=mirror(f"continuity_{field}", getattr(view, field)),
            on_change=keep_ground,
            args=(field, other),
            help=explained,
            width="content",
        )


def keep_kind() -> None:
    """Another kind of path; the geodesic brings the map that explains it."""
    kind = mirrored("continuity_kind")
    shown = kind == "geodesic"
    KEEPER.keep(kind=kind, magnification=shown, legible=KEEPER.now().legible and not shown)


def keep_ground(field: str, other: str) -> None:
    """What lies behind the points; there is room for one of the two."""
    shown = mirrored(f"continuity_{field}")
    KEEPER.keep(**{field: shown, other: getattr(KEEPER.now(), other) and not shown})


def keep_next_pair(latents: Latents) -> None:
    pair = next_pair(KEEPER.now().pair)
    a, b = pair_ends(latents, pair)
    KEEPER.keep(pair=pair, a=a, b=b)


def move_end(end: str, point: Point | None) -> None:
    if point is not None:
        KEEPER.keep(**{end: point})


def pick_digit(end: str, latents: Latents, after: int | None = None) -> None:
    """Move an end to a test digit of the chosen label, or to the next one after that of index `after`."""
    label = latents.labels[after] if after is not None else mirrored(f"continuity_{end}_digit")
    move_end(end, example(latents, label, after))


def move_typed(end: str, axis: int, value: float) -> None:
    z1, z2 = getattr(KEEPER.now(), end)
    move_end(end, (value, z2) if axis == 1 else (z1, value))
