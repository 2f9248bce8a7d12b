"""What the completeness page shows, and its address.

`?beta=4&link=coordinates&plane=left&z1=0.5&z2=-1.2&overlay=ellipses&digit=3&grid=20&sigmas=3&draws=20&seed=1`;
what is as usual is left out, so that a bare address is the usual view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pages.components.completeness.maps import Side
from pages.components.frame import views as address
from pages.components.frame.views import Point
from vae.measure.draws import COUNTS
from vae.plane.linking import LINKS, Link
from vae.serving.manifold import SIDES, SIGMAS

Layer = Literal["none", "density", "ellipses"]
LAYERS: tuple[Layer, ...] = get_args(Layer)

SEEDS = 1_000_000  # draws from the prior differ this often at most
USUAL_BETA = 1.0
# The VAE draws a 0 here; at the same quantile the autoencoder has a gap and no digit.
USUAL_POINT = (0.6, 1.4)


@dataclass(frozen=True)
class CompletenessView:
    """The rung at the right, the link, the pinned point, what is drawn over and below the planes."""

    beta: float = USUAL_BETA
    link: Link = "quantiles"
    plane: Side = "right"  # in which the pinned point lies
    point: Point = USUAL_POINT
    overlay: Layer = "none"
    digit: int = 3  # whose posteriors are drawn
    grid: int = 20  # pictures a side
    sigmas: float | None = None  # reach of the grid; None: the prior's quantiles
    draws: int = 20
    seed: int = 0  # of the draws


def usual_view(betas: Sequence[float]) -> CompletenessView:
    """The view of a bare address: beta = 1, or the rung of those `betas` that is nearest to it."""
    return CompletenessView(beta=min(betas, key=lambda beta: abs(beta - USUAL_BETA)))


def carried_on(view: CompletenessView, betas: Sequence[float]) -> CompletenessView:
    """The same view; if its rung is not there any more, with the usual one."""
    return view if view.beta in betas else replace(view, beta=usual_view(betas).beta)


def write(view: CompletenessView, betas: Sequence[float]) -> dict[str, str]:
    """The address that `read` turns into this view again."""
    usual = _texts(usual_view(betas))
    return {name: text for name, text in _texts(view).items() if text is not None and text != usual[name]}


def read(parameters: Mapping[str, str], betas: Sequence[float]) -> tuple[CompletenessView, str | None]:
    """The view of an address, and one sentence if part of it could not be used, else None.

    `betas` are those of the rungs that are there, at least one. What is absent or unusable is as usual.
    """
    usual = usual_view(betas)
    point, refused = address.read_point(parameters, ("z1", "z2"), usual.point)
    values: dict[str, object] = {"point": point}
    for name, parsed in _parsers(betas).items():
        if name in parameters:
            value = parsed(parameters[name])
            if value is None:
                refused.append(address.quoted(name, parameters[name]))
            else:
                values[name] = value
    return replace(usual, **values), address.refusal(refused)


def _texts(view: CompletenessView) -> dict[str, str | None]:
    """Every part of a view as it is written, None for the range of a grid without one."""
    return {
        "beta": f"{view.beta:g}",
        "link": view.link,
        "plane": view.plane,
        "z1": str(view.point[0]),
        "z2": str(view.point[1]),
        "overlay": view.overlay,
        "digit": str(view.digit),
        "grid": str(view.grid),
        "sigmas": None if view.sigmas is None else f"{view.sigmas:g}",
        "draws": str(view.draws),
        "seed": str(view.seed),
    }


def _parsers(betas: Sequence[float]) -> dict[str, Callable[[str], object]]:
    """How each part of an address is read; None for what is unusable."""

    def rung(text: str) -> float | None:
        beta = _number(text, 0.0, max(betas))
        return beta if beta in betas else None

    return {
        "beta": rung,
        "link": lambda text: text if text in LINKS else None,
        "plane": lambda text: text if text in get_args(Side) else None,
        "overlay": lambda text: text if text in LAYERS else None,
        "digit": lambda text: _whole(text, 0, 9),
        "grid": lambda text: _whole(text, *SIDES),
        "sigmas": lambda text: _number(text, *SIGMAS),
        "draws": lambda text: _whole(text, *COUNTS),
        "seed": lambda text: _whole(text, 0, SEEDS - 1),
    }


def _whole(text: str, low: int, high: int) -> int | None:
    number = _number(text, low, high)
    return int(number) if number is not None and number.is_integer() else None


def _number(text: str, low: float, high: float) -> float | None:
    """The number in a text if it is within bounds, with two decimals; NaN is not."""
    try:
        number = round(float(text), 2) + 0.0
    except (ValueError, OverflowError):
        return None
    return number if low <= number <= high else None
