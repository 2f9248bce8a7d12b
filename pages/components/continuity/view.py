"""The path that the continuity page shows, and its address.

`?model=autoencoder&path=geodesic&a1=0.5&a2=1.0&b1=-1.0&b2=2.0&t=0.25&magnification=0`; with `mode=axes` the
point `z1`, `z2` moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from pages.components.frame import views
from pages.components.frame.views import Keeper, Part, Point, coordinate, flag, number, one_of, written_flag
from vae.model.checkpoint import Latents
from vae.plane.limits import kept
from vae.plane.neighbours import digit_at, digits_of
from vae.plane.paths import KINDS, PathKind
from vae.serving.decoding import DecoderService

Mode = Literal["path", "axes"]
MODES: tuple[Mode, ...] = get_args(Mode)

# the digits at A and B when nobody has chosen any: laid over each other they look like neither
FIRST_LABELS = {"a": 1, "b": 0}
ORIGIN, HALFWAY = (0.0, 0.0), 0.5


@dataclass(frozen=True)
class Walk:
    """What a visitor moves: ends A and B, 0 <= t <= 1 along the path, and the point that axis mode moves."""

    a: Point
    b: Point
    t: float = 0.0
    mode: Mode = "path"
    point: Point = ORIGIN


@dataclass(frozen=True)
class PathView:
    """A walk in the plane of a checkpoint, the kind of its path, whether the area magnification is shown."""

    checkpoint: str
    kind: PathKind
    a: Point
    b: Point
    t: float = HALFWAY
    mode: Mode = "path"
    point: Point = ORIGIN
    magnification: bool = False

    @property
    def walk(self) -> Walk:
        return Walk(self.a, self.b, self.t, self.mode, self.point)


def parts(service: DecoderService) -> tuple[Part, ...]:
    def first(end: str) -> Part:
        def typical(above: Mapping[str, Any]) -> Point:
            latents = service.checkpoint(above["checkpoint"]).latents
            return example(latents, FIRST_LABELS[end]) or ORIGIN

        return Part(end, typical, coordinate, names=(f"{end}1", f"{end}2"))

    return (
        views.model(service),
        Part("kind", "straight", one_of(KINDS), names=("path",)),
        first("a"),
        first("b"),
        Part("t", HALFWAY, number(0, 1)),
        Part("mode", "path", one_of(MODES)),
        Part("point", ORIGIN, coordinate, names=("z1", "z2")),
        # the geodesic brings the map that explains it
        Part("magnification", lambda above: above["kind"] == "geodesic", flag, written_flag),
    )


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


KEEPER = Keeper("continuity", PathView, parts, carried)
