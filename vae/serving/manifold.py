"""The plane as one picture: side x side decoded digits, and the route that serves it.

GET /manifold/{checkpoint}?side=20 is a PNG of 28 * side pixels a side. Without `sigmas` the points lie at the
prior's quantiles, with it evenly from -sigmas to +sigmas. `like=NAME` takes the lattice in that model's plane
and carries it to the checkpoint's own by quantiles.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vae.config import SIDE
from vae.plane.lattices import Points, prior_lattice, range_lattice
from vae.plane.limits import LIMIT
from vae.plane.linking import carried
from vae.serving.once import Once
from vae.serving.payload import Payload

if TYPE_CHECKING:  # the route stands before anything that takes seconds to load
    from vae.serving.decoding import DecoderService

SIDES = (5, 40)  # digits a side
SIGMAS = (0.5, 6.0)  # reach of an equal range


class ManifoldError(ValueError):
    """No such lattice is drawn; the message is one sentence that gives the bounds."""


class Manifold(NamedTuple):
    """One picture that may be asked for."""

    name: str  # of the checkpoint whose decoder draws
    side: int
    sigmas: float | None  # None: the prior's quantiles
    like: str | None  # the checkpoint in whose plane the lattice lies; None: the same coordinates


def lattice(side: int, sigmas: float | None) -> Points:
    """The points, (side^2, 2), row by row from the top left. Raises ManifoldError outside the bounds."""
    if not SIDES[0] <= side <= SIDES[1]:
        raise ManifoldError(f"The grid has {SIDES[0]} to {SIDES[1]} digits a side, not {side}.")
    if sigmas is None:
        return prior_lattice(side)
    if not SIGMAS[0] <= sigmas <= SIGMAS[1]:  # false for NaN too
        raise ManifoldError(f"The range reaches {SIGMAS[0]:g} to {SIGMAS[1]:g} sigmas, not {sigmas:g}.")
    return range_lattice(side, sigmas)


def mosaic(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """side^2 pictures (side^2, 784), row by row from the top left, as one: (28 side, 28 side)."""
    return images.reshape(side, side, SIDE, SIDE).swapaxes(1, 2).reshape(side * SIDE, side * SIDE)


def png(
    service: DecoderService, name: str, side: int, sigmas: float | None, like: str | None = None
) -> bytes:
    """What `name` decodes at the lattice's points, in one request, as a grey PNG of 8 bits.

    With `like` the lattice lies in that checkpoint's plane and is carried to `name`'s by the quantiles of
    their latent means. Raises ManifoldError, UnknownCheckpoint, what the service's `decode` raises, and
    ValueError if one of the two checkpoints has no latent means.
    """
    points = lattice(side, sigmas)
    if like is not None:
        points = placed(service, points, like, name)
    picture = Image.fromarray(mosaic(service.decode(name, points).images, side))
    content = io.BytesIO()
    picture.save(content, format="PNG", compress_level=1)
    return content.getvalue()


def placed(service: DecoderService, points: Points, source: str, target: str) -> Points:
    """Points (n, 2) in the plane of one checkpoint at the same quantiles of another's, within LIMIT.

    Raises UnknownCheckpoint, and ValueError if one of the two has no latent means.
    """
    planes = (service.checkpoint(name).latents.means for name in (source, target))
    return np.clip(carried(points, *planes), -LIMIT, LIMIT)


def asked(name: str, query: QueryParams) -> Manifold:
    """Read an address. Raises ManifoldError for what is no number or outside the bounds."""
    try:
        side = int(query.get("side", ""))
    except ValueError as error:
        raise ManifoldError(f"side is a whole number from {SIDES[0]} to {SIDES[1]}.") from error
    try:
        sigmas = float(query["sigmas"]) if "sigmas" in query else None
    except ValueError as error:
        raise ManifoldError(f"sigmas is a number from {SIGMAS[0]:g} to {SIGMAS[1]:g}.") from error
    lattice(side, sigmas)  # refused at once, not after waiting for others' pictures
    return Manifold(name, side, sigmas, query.get("like"))


def routes(service: Callable[[], DecoderService]) -> list[BaseRoute]:
    """The route of the pictures."""

    def drawn(wanted: Manifold) -> Payload:
        return Payload(png(service(), *wanted), "image/png")

    pictures = Once(drawn)

    async def serve(request: Request) -> Response:
        await run_in_threadpool(service)  # which takes long when it is called first
        try:
            wanted = asked(request.path_params["checkpoint"], request.query_params)
        except ManifoldError as error:
            return PlainTextResponse(str(error), 400)
        return await pictures.answer(request, wanted)

    return [Route("/manifold/{checkpoint}", serve)]
