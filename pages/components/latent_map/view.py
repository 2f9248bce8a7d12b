"""What the latent map shows, and its address: `?model=autoencoder&z1=0.5&z2=-1.2&manifold=1`."""

from __future__ import annotations

from dataclasses import dataclass

from pages.components.frame.views import Keeper, Part, Point, coordinate, flag, model, written_flag
from vae.serving.decoding import DecoderService


@dataclass(frozen=True)
class MapView:
    """Which checkpoint, the pinned point, whether decoded digits lie behind the map."""

    checkpoint: str
    pin: Point = (0.0, 0.0)
    manifold: bool = False


def parts(service: DecoderService) -> tuple[Part, ...]:
    return (
        model(service),
        Part("pin", (0.0, 0.0), coordinate, names=("z1", "z2")),
        Part("manifold", False, flag, written_flag),
    )


KEEPER = Keeper("latent_map", MapView, parts)
