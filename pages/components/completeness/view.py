"""What the completeness page shows, and its address.

`?beta=4&link=coordinates&plane=left&z1=0.5&z2=-1.2&overlay=ellipses&digit=3&grid=20&sigmas=3&draws=20&seed=1`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pages.components.frame.views import Keeper, Part, Point, coordinate, number, one_of, whole
from vae.measure.draws import COUNTS
from vae.model import ladder
from vae.plane.linking import LINKS, Link
from vae.serving.decoding import DecoderService
from vae.serving.manifold import SIDES, SIGMAS

Side = Literal["left", "right"]
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


def parts(service: DecoderService) -> tuple[Part, ...]:
    betas = rungs(service.names)
    usual = CompletenessView(beta=min(betas, key=lambda beta: abs(beta - USUAL_BETA), default=USUAL_BETA))
    return (
        Part("beta", usual.beta, rung(betas), "{:g}".format),
        Part("link", usual.link, one_of(LINKS)),
        Part("plane", usual.plane, one_of(get_args(Side))),
        Part("point", usual.point, coordinate, names=("z1", "z2")),
        Part("overlay", usual.overlay, one_of(LAYERS)),
        Part("digit", usual.digit, whole(0, 9)),
        Part("grid", usual.grid, whole(*SIDES)),
        Part("sigmas", usual.sigmas, number(*SIGMAS), "{:g}".format),
        Part("draws", usual.draws, whole(*COUNTS)),
        Part("seed", usual.seed, whole(0, SEEDS - 1)),
    )


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
