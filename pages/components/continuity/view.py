"""The path that the continuity page shows, and its address.

`?model=vae&a1=0.5&a2=1.0&b1=-1.0&b2=2.0&path=geodesic&t=0.25`; with `mode=axes` also the point `z1`, `z2`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pages.components.continuity.walk import Walk
from pages.components.frame import views as address
from pages.components.frame.views import Point
from vae.model.checkpoint import Latents
from vae.plane.neighbours import digit_at, digits_of
from vae.plane.paths import KINDS, PathKind

FIRST_LABELS = (
    1,
    0,
)  # the digits at A and B when nobody has chosen any: laid over each other they look like neither
HALFWAY = 0.5


@dataclass(frozen=True)
class PathView:
    """A walk in the plane of a checkpoint and the kind of its path."""

    checkpoint: str
    walk: Walk
    kind: PathKind = "straight"


def usual_path(checkpoint: str, latents: Latents) -> PathView:
    """Halfway from a typical 1 to a typical 0; the origin stands in for a digit that there is none of."""
    a, b = (example(latents, label) or (0.0, 0.0) for label in FIRST_LABELS)
    return PathView(checkpoint, Walk(a, b, HALFWAY))


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
    return round(z1, address.DECIMALS) + 0.0, round(z2, address.DECIMALS) + 0.0


def carried_over(view: PathView, before: Latents, checkpoint: str, latents: Latents) -> PathView:
    """The same path for another checkpoint: a test digit at an end stays there, wherever it lies now."""
    a, b = (_same_digit(end, before, latents) for end in (view.walk.a, view.walk.b))
    return replace(view, checkpoint=checkpoint, walk=replace(view.walk, a=a, b=b))


def _same_digit(end: Point, before: Latents, latents: Latents) -> Point:
    index = digit_at(before.means, end)
    return end if index is None or index >= len(latents.means) else place(latents, index)


def rounded_t(t: object) -> float | None:
    """t as it is kept and written, or None if it is no number from 0 to 1."""
    try:
        rounded = round(float(t), address.DECIMALS) + 0.0  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return rounded if 0 <= rounded <= 1 else None


def write(view: PathView) -> dict[str, str]:
    """The address that `read` turns into this view again."""
    walk = view.walk
    numbers = {"a1": walk.a[0], "a2": walk.a[1], "b1": walk.b[0], "b2": walk.b[1], "t": walk.t}
    if walk.mode == "axes":
        numbers |= {"z1": walk.point[0], "z2": walk.point[1]}
    written = {"model": view.checkpoint, "path": view.kind} | {name: str(z) for name, z in numbers.items()}
    return written | ({"mode": "axes"} if walk.mode == "axes" else {})


def read(
    parameters: Mapping[str, str], checkpoints: Sequence[str], usual: Callable[[str], PathView]
) -> tuple[PathView, str | None]:
    """The view of an address, and one sentence if part of it could not be used, else None.

    What is absent or unusable is as in the usual view of the checkpoint.
    """
    checkpoint, refused = address.read_checkpoint(parameters, checkpoints)
    view = usual(checkpoint)
    a, refused_a = address.read_point(parameters, ("a1", "a2"), view.walk.a)
    b, refused_b = address.read_point(parameters, ("b1", "b2"), view.walk.b)
    refused += refused_a + refused_b
    walk = Walk(a, b, _read_t(parameters, view.walk.t, refused))
    if parameters.get("mode") == "axes":
        point, refused_point = address.read_point(parameters, ("z1", "z2"), walk.point)
        walk = replace(walk, mode="axes", point=point)
        refused += refused_point
    return PathView(checkpoint, walk, _read_kind(parameters, view.kind, refused)), address.refusal(refused)


def _read_kind(parameters: Mapping[str, str], usual: PathKind, refused: list[str]) -> PathKind:
    for kind in KINDS:
        if parameters.get("path", usual) == kind:
            return kind
    refused.append(address.quoted("path", parameters["path"]))
    return usual


def _read_t(parameters: Mapping[str, str], usual: float, refused: list[str]) -> float:
    t = rounded_t(parameters.get("t", usual))
    if t is None:
        refused.append(address.quoted("t", parameters["t"]))
    return usual if t is None else t
