"""The routes that need decoders, runs or rooms: one table, for the app and for the decoder process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from starlette.routing import BaseRoute

from vae.classroom import channel as classroom
from vae.classroom.rooms import Rooms
from vae.serving import channel, legible, manifold
from vae.serving.channel import same_host
from vae.workshop import channel as history
from vae.workshop import routes as runs

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from vae.model.classifier import Classifier
    from vae.serving.decoding import DecoderService
    from vae.workshop.decoders import Decoders
    from vae.workshop.maps import Maps
    from vae.workshop.workshop import Workshop


class Parts(NamedTuple):
    """What answers; each but the rooms may take long when it is called first."""

    decoders: Callable[[], DecoderService]
    snapshots: Callable[[], Decoders]  # decoders of runs
    workshop: Callable[[], Workshop]
    maps: Callable[[], Maps]
    classifier: Callable[[], Classifier | None]
    rooms: Rooms


def routes(
    parts: Parts, origin_allowed: Callable[[str | None, str | None], bool] = same_host
) -> list[BaseRoute]:
    """All of them. `origin_allowed` gets the Origin and Host headers."""
    return [
        *channel.routes(parts.decoders, origin_allowed),
        *history.routes(parts.decoders, parts.snapshots, origin_allowed),
        *runs.routes(parts.workshop, parts.maps),
        *manifold.routes(parts.decoders),
        *legible.routes(parts.decoders, parts.classifier),
        *classroom.routes(parts.rooms, origin_allowed),
    ]
