"""Views that live in the page's address; the latent map's is `?model=vae&z1=0.5&z2=-1.2&manifold=1`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from vae.serving.channel import LIMIT

Point = tuple[float, float]  # (z1, z2)
DECIMALS = 4  # finer than a pixel of the map, even zoomed in to a single stroke's width


@dataclass(frozen=True)
class View:
    """What the latent map shows: which checkpoint, the pinned point, the backdrop of decoded digits."""

    checkpoint: str
    pin: Point = (0.0, 0.0)
    manifold: bool = False


def rounded_pin(z1: object, z2: object) -> Point | None:
    """The point as it is kept and written, or None if these are not two numbers that the channel accepts."""
    try:
        point = round(float(z1), DECIMALS) + 0.0, round(float(z2), DECIMALS) + 0.0  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return point if all(math.isfinite(z) and abs(z) <= LIMIT for z in point) else None


def write(view: View) -> dict[str, str]:
    """The address that `read` turns into this view again."""
    parameters = {"model": view.checkpoint, "z1": str(view.pin[0]), "z2": str(view.pin[1])}
    return parameters | ({"manifold": "1"} if view.manifold else {})


def read(parameters: Mapping[str, str], checkpoints: Sequence[str]) -> tuple[View, str | None]:
    """The view of an address, and one sentence if part of it could not be used, else None.

    What is absent or unusable takes its usual value: the first checkpoint, the origin, no backdrop.
    """
    checkpoint, refused = read_checkpoint(parameters, checkpoints)
    pin, refused_pin = read_point(parameters, ("z1", "z2"), (0.0, 0.0))
    return View(checkpoint, pin, parameters.get("manifold") == "1"), refusal(refused + refused_pin)


def read_checkpoint(parameters: Mapping[str, str], checkpoints: Sequence[str]) -> tuple[str, list[str]]:
    """The checkpoint asked for, or the first one and what was asked for instead."""
    asked = parameters.get("model", checkpoints[0])
    return (asked, []) if asked in checkpoints else (checkpoints[0], [quoted("model", asked)])


def read_point(
    parameters: Mapping[str, str], names: tuple[str, str], usual: Point
) -> tuple[Point, list[str]]:
    """The point asked for under these names, or the usual one and what is wrong; one name may be absent."""
    asked = [parameters.get(name, str(z)) for name, z in zip(names, usual, strict=True)]
    point = rounded_pin(*asked)
    if point is not None:
        return point, []
    return usual, [quoted(name, z) for name, z in zip(names, asked, strict=True) if not rounded_pin(z, 0)]


def refusal(refused: Sequence[str]) -> str | None:
    """One sentence on the parts of an address that could not be used, None if all could."""
    if not refused:
        return None
    return f"The address asks for {', '.join(refused)}, which cannot be shown: choose on the page instead."


def quoted(name: str, value: str) -> str:
    """A part of the address for `refusal`, cut to a length that a sentence bears."""
    return f"{name} = {value[:20] or 'nothing'}{'…' if len(value) > 20 else ''}"


def is_asked() -> bool:
    """Whether a run of a page takes over its address: that of a link, a reload or the browser's Back.

    Not after a change on the page, which the address does not know yet, nor on arrival from another page with
    a bare address.
    """
    changed_here = st.session_state.pop("changed_here", False)
    return not changed_here and (bool(st.query_params) or not st.session_state["arrived"])
