"""The view that lives in the page's address: `?model=vae&z1=0.5&z2=-1.2&manifold=1`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vae.channel import LIMIT

DECIMALS = 4  # finer than a pixel of the map, even zoomed in to a single stroke's width


@dataclass(frozen=True)
class View:
    """What the latent map shows: which checkpoint, the pinned point, the backdrop of decoded digits."""

    checkpoint: str
    pin: tuple[float, float] = (0.0, 0.0)
    manifold: bool = False


def rounded_pin(z1: object, z2: object) -> tuple[float, float] | None:
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
    usual = View(checkpoints[0])
    refused = []
    checkpoint = parameters.get("model", usual.checkpoint)
    if checkpoint not in checkpoints:
        refused.append(_quoted("model", checkpoint))
        checkpoint = usual.checkpoint
    z1, z2 = parameters.get("z1", "0"), parameters.get("z2", "0")
    pin = rounded_pin(z1, z2)
    if pin is None:
        refused += [_quoted(name, z) for name, z in (("z1", z1), ("z2", z2)) if rounded_pin(z, 0) is None]
        pin = usual.pin
    view = View(checkpoint, pin, parameters.get("manifold") == "1")
    asked = ", ".join(refused)
    return (
        view,
        f"The address asks for {asked}, which cannot be shown: click the map instead." if asked else None,
    )


def _quoted(name: str, value: str) -> str:
    return f"{name} = {value[:20] or 'nothing'}{'…' if len(value) > 20 else ''}"
