"""What the latent map shows, and its address: `?model=autoencoder&z1=0.5&z2=-1.2&manifold=1&legible=1`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pages.components.frame.views import Keeper, Part, Point, coordinate, flag, model, written_flag
from vae.serving.decoding import DecoderService


@dataclass(frozen=True)
class MapView:
    """Which checkpoint, the pinned point, what lies behind: decoded digits, or where digits can be read."""

    checkpoint: str
    pin: Point = (0.0, 0.0)
    manifold: bool = False
    legible: bool = False


def usual_pin(checkpoint: str, service: DecoderService) -> Point:
    """Where a model's map opens: a VAE's in the middle, an autoencoder's in a hole between its codes."""
    saved = service.checkpoint(checkpoint)
    return (0.0, 0.0) if saved.model_config.variational else saved.latents.hole


def parts(service: DecoderService) -> tuple[Part, ...]:
    def usual(above: Mapping[str, Any]) -> Point:
        return usual_pin(above["checkpoint"], service)

    return (
        model(service),
        Part("pin", usual, coordinate, names=("z1", "z2")),
        Part("manifold", False, flag, written_flag),
        Part("legible", False, flag, written_flag),
    )


def carried(view: MapView, checkpoint: str, service: DecoderService) -> MapView:
    """The same point in another plane; where nobody has chosen any, the usual one there."""
    usual = view.pin == usual_pin(view.checkpoint, service)
    return replace(view, checkpoint=checkpoint, pin=usual_pin(checkpoint, service) if usual else view.pin)


KEEPER = Keeper("latent_map", MapView, parts, carried)
