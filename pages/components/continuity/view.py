"""The path that the continuity page shows, and its address.

`?model=autoencoder&path=geodesic&pair=17&t=0.25&magnification=0`; ends that are not the pair's are written
as `a1=0.5&a2=1.0&b1=-1.0&b2=2.0`; with `mode=axes` the point `z1`, `z2` moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from pages.components.frame import views
from pages.components.frame.views import (
    Keeper,
    Part,
    Point,
    coordinate,
    flag,
    number,
    one_of,
    whole,
    written_flag,
)
from vae.model.checkpoint import Latents
from vae.plane.limits import kept
from vae.plane.neighbours import digit_at, digits_of, nearest
from vae.plane.pairs import PAIRS
from vae.plane.paths import KINDS, PathKind
from vae.serving.decoding import DecoderService

Mode = Literal["path", "axes"]
MODES: tuple[Mode, ...] = get_args(Mode)

ORIGIN, HALFWAY = (0.0, 0.0), 0.5


@dataclass(frozen=True)
class Walk:
    """What a visitor moves: ends A and B, 0 <= t <= 1 along the path, and the point that axis mode moves."""

    a: Point
    b: Point
    t: float = 0.0
    point: Point = ORIGIN


@dataclass(frozen=True)
class PathView:
    """A walk in the plane of a checkpoint, the kind of its path, and what lies behind the plane's points.

    `pair` is the number of the pair of test digits that A and B were last, 1 to PAIRS.
    """

    checkpoint: str
    kind: PathKind
    pair: int
    a: Point
    b: Point
    t: float = HALFWAY
    mode: Mode = "path"
    point: Point = ORIGIN
    legible: bool = False
    magnification: bool = False

    @property
    def walk(self) -> Walk:
        return Walk(self.a, self.b, self.t, self.point)


def parts(service: DecoderService) -> tuple[Part, ...]:
    def end(name: str, number: int) -> Part:
        def usual(above: Mapping[str, Any]) -> Point:
            return pair_ends(service.checkpoint(above["checkpoint"]).latents, above["pair"])[number]

        return Part(name, usual, coordinate, names=(f"{name}1", f"{name}2"))

    return (
        views.model(service),
        Part("kind", "straight", one_of(KINDS), names=("path",)),
        Part("pair", 1, whole(1, PAIRS)),
        end("a", 0),
        end("b", 1),
        Part("t", HALFWAY, number(0, 1)),
        Part("mode", "path", one_of(MODES)),
        Part("point", ORIGIN, coordinate, names=("z1", "z2")),
        Part("legible", False, flag, written_flag),
        # the geodesic brings the map that explains it
        Part(
            "magnification",
            lambda above: above["kind"] == "geodesic" and not above["legible"],
            flag,
            written_flag,
        ),
    )


def pair_ends(latents: Latents, pair: int) -> tuple[Point, Point]:
    """Where the test digits of a pair lie, 1 <= pair <= PAIRS."""
    a, b = latents.shown_pairs[pair - 1].tolist()
    return place(latents, a), place(latents, b)


def next_pair(pair: int) -> int:
    """The number of the pair drawn after this one; after the last comes the first."""
    return pair % PAIRS + 1


def example(latents: Latents, label: int, after: int | None = None) -> Point | None:
    """The place of a test digit of this label: a typical one, or the one after the digit of this index.

    None if no digit has the label. Beyond the last digit comes the first again.
    """
    order = digits_of(latents.means, latents.labels, label).tolist()
    if not order:
        return None
    position = order.index(after) + 1 if after in order else 0
    return place(latents, order[position % len(order)])


def place(latents: Latents, index: int) -> Point:
    """Where a test digit lies, as it is kept and written."""
    z1, z2 = latents.means[index].tolist()
    return kept(z1), kept(z2)


def carried(view: PathView, checkpoint: str, service: DecoderService) -> PathView:
    """The same path for another checkpoint: a test digit at an end stays there, wherever it lies now."""
    before, latents = (service.checkpoint(name).latents for name in (view.checkpoint, checkpoint))
    a, b = (same_digit(end, before, latents) for end in (view.a, view.b))
    return replace(view, checkpoint=checkpoint, a=a, b=b)


def same_digit(end: Point, before: Latents, latents: Latents) -> Point:
    index = digit_at(before.means, end)
    return end if index is None or index >= len(latents.means) else place(latents, index)


class Beside(NamedTuple):
    """The same walk in another model's plane."""

    a: Point
    b: Point
    free: tuple[str, ...]  # ends that are no test digits in the first plane; the nearest one stands for each
    labels: tuple[int, int]


def beside(view: PathView, own: Latents, other: Latents) -> Beside | None:
    """The walk between the codes of the same two test digits; None if the planes hold other test digits."""
    if not np.array_equal(own.labels, other.labels):
        return None
    a, b = (int(nearest(own.means, end, 1)[0][0]) for end in (view.a, view.b))
    ends = {"A": view.a, "B": view.b}
    free = tuple(name for name, end in ends.items() if digit_at(own.means, end) is None)
    return Beside(place(other, a), place(other, b), free, (int(own.labels[a]), int(own.labels[b])))


KEEPER = Keeper("continuity", PathView, parts, carried)
