"""The machine as a Streamlit component: image, posterior, noise, point and decoded picture, all live."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pages.components.frame.service import decoder_service
from pages.components.frame.views import Point
from pages.components.mount import component
from pages.components.one_digit.view import FARTHEST
from vae.config import PIXELS
from vae.pictures.spoiled import Picture, noise

_component = component.declared(
    "machine",
    "one_digit/machine",
    '<div class="machine"></div>',
    styles=(
        "plane/plane",
        "parts/live_slider",
        "parts/digit",
        "one_digit/input_box",
        "one_digit/output_box",
        "one_digit/latent_box",
        "one_digit/noise",
    ),
)


@dataclass(frozen=True)
class Told:
    """What a visitor did in the machine."""

    clean: bytes  # 784 grey values: the image before anything was done to it
    noise: float
    rubbed: bytes | None  # 98 bytes, a bit a pixel
    eps: Point


def machine(
    *,
    key: str,
    checkpoint: str,
    clean: Picture,
    share: float,
    rubbed: bytes | None,
    eps: Point,
    code: Mapping[str, str],
    on_change: Callable[[Told], None],
) -> None:
    """Draw the machine of `checkpoint` for the image `clean` (784,), with `share` of its pixels noise.

    While a hand draws, rubs or moves a slider, everything follows in the browser, by way of the encode and
    decode channels. When it is let go, `on_change` gets the whole, before the script runs again. What Python
    hands over and differs from the browser's moves it. `code` is the source of each step, by the step's name.
    """
    saved = decoder_service().checkpoint(checkpoint)
    variational = saved.model_config.variational
    table = noise()
    component.mount(
        _component,
        key=key,
        data={
            "checkpoint": checkpoint,
            "variational": variational,
            "classes": list(saved.classes),
            "digit": {
                "clean": text(clean.tobytes()),
                "noise": share,
                "rubbed": "" if rubbed is None else text(rubbed),
                "eps": list(eps),
            },
            "table": {"rank": table.rank.tolist(), "grey": text(table.grey.tobytes())},
            "farthest": FARTHEST,
            "code": dict(code),
            "home": None if variational else saved.latents.central_box.squared().ranges(),
        },
        value="digit",
        read=read,
        on_change=on_change,
    )


def read(told: Mapping[str, object]) -> Told | None:
    """What the browser told, None if it is nothing that can be shown."""
    clean, rubbed = content(told.get("clean"), PIXELS), content(told.get("rubbed"), PIXELS // 8)
    eps, share = component.point(told.get("eps")), told.get("noise")
    if clean is None or eps is None or not component.is_number(share):
        return None
    within = tuple(min(max(value, -FARTHEST), FARTHEST) for value in eps)
    return Told(clean, round(min(max(share, 0.0), 1.0), 4), rubbed, (within[0], within[1]))


def content(told: object, length: int) -> bytes | None:
    """So many bytes from base64; None for anything else."""
    if not isinstance(told, str) or len(told) > 2 * length:
        return None
    try:
        found = base64.b64decode(told, validate=True)
    except ValueError:
        return None
    return found if len(found) == length else None


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()
