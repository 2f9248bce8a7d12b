"""What the completeness page shows, and its address.

`?beta=4&left=vae&right=vae&link=coordinates&plane=left&z1=0.5&z2=-1.2&overlay=ellipses&digit=3&law=prior&seed=1&grid=20&sigmas=3&draws=20&more=grid`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pages.components.frame.views import Keeper, Part, Point, coordinate, known_to, number, one_of, whole
from vae.measure.draws import LAWS, Law
from vae.model import ladder
from vae.plane.linking import LINKS, Link
from vae.serving.decoding import DecoderService
from vae.serving.manifold import SIDES, SIGMAS

Side = Literal["left", "right"]
Layer = Literal["none", "density", "ellipses", "legible"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
More = Literal["none", "grid", "draws", "curves"]  # what stands open below the planes
MORE: tuple[More, ...] = get_args(More)

COUNTS = (5, 60)  # pictures of draws that are shown
SEEDS = 1_000_000  # draws differ this often at most
USUAL_BETA = 1.0
# The VAE draws a 0 here; at the same quantile the autoencoder has a gap and no digit.
USUAL_POINT = (0.6, 1.4)


@dataclass(frozen=True)
class CompletenessView:
    """The two models, the link, the pinned point, what is drawn over and below the planes."""

    beta: float = USUAL_BETA  # of the rung at the right
    link: Link = "quantiles"
    plane: Side = "right"  # in which the pinned point lies
    point: Point = USUAL_POINT
    overlay: Layer = "none"
    digit: int = 3  # whose posteriors are drawn
    law: Law = "box"  # by which places of the autoencoder's plane are drawn
    seed: int = 0  # of the draws
    grid: int = 20  # pictures a side
    sigmas: float | None = None  # reach of the grid; None: the prior's quantiles
    draws: int = 20  # pictures of them that are shown
    more: More = "none"
    left: str = ladder.name(0)
    right: str = ""  # a model that takes the place of the rung


def parts(service: DecoderService) -> tuple[Part, ...]:
    betas = rungs(service.names)
    usual = CompletenessView(beta=min(betas, key=lambda beta: abs(beta - USUAL_BETA), default=USUAL_BETA))
    return (
        Part("beta", usual.beta, rung(betas), "{:g}".format),
        Part("left", ladder.name(min(betas, default=0)), known_to(service)),
        Part("right", usual.right, known_to(service)),
        Part("link", usual.link, one_of(LINKS)),
        Part("plane", usual.plane, one_of(get_args(Side))),
        Part("point", usual.point, coordinate, names=("z1", "z2")),
        Part("overlay", usual.overlay, one_of(LAYERS)),
        Part("digit", usual.digit, whole(0, 9)),
        Part("law", usual.law, one_of(LAWS)),
        Part("seed", usual.seed, whole(0, SEEDS - 1)),
        Part("grid", usual.grid, whole(*SIDES)),
        Part("sigmas", usual.sigmas, number(*SIGMAS), "{:g}".format),
        Part("draws", usual.draws, whole(*COUNTS)),
        Part("more", meant, one_of(MORE)),
    )


def meant(above: Mapping[str, Any]) -> More:
    """What an address that does not say so wants to show: whoever chose a grid or draws sees them."""
    usual = CompletenessView()
    if (above["grid"], above["sigmas"]) != (usual.grid, usual.sigmas):
        return "grid"
    return "none" if above["draws"] == usual.draws else "draws"


def rungs(names: Sequence[str]) -> list[float]:
    """The betas of the ladder's rungs that are there, from the smallest."""
    return [beta for beta in ladder.BETAS if ladder.name(beta) in names]


def rung(betas: Sequence[float]) -> Callable[[str], float | None]:
    """Reads the beta of a rung that is there."""

    def parse(text: str) -> float | None:
        beta = number(0.0, max(ladder.BETAS))(text)
        return beta if beta in betas else None

    return parse


KEEPER = Keeper("completeness", CompletenessView, parts)
