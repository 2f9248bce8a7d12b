"""Where in a decoder's plane a digit can be read: the judge's certainty, and the route that serves it.

GET /legible/{checkpoint} is JSON: {"box": {left, right, bottom, top}, "side", "shade"}. The shade is base64
of side x side bytes, row by row from the top, 255 where the judge is certain of a digit.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vae.plane.box import Box, data_box
from vae.serving.errors import UnknownCheckpoint
from vae.serving.once import Once
from vae.serving.payload import Payload

if TYPE_CHECKING:  # the route stands before anything that takes seconds to load
    from vae.model.checkpoint import Latents
    from vae.model.classifier import Classifier
    from vae.serving.decoding import DecoderService

NO_JUDGE = "The classifier is missing: make it with `python -m vae train --preset classifier`."
NO_DIGITS = "The classifier knows digits alone, and this model was trained on other images."
SIDE = 96  # cells
REACH = 3.5  # sigmas of the prior that are looked at in any case


def looked_at(latents: Latents) -> Box:
    """A square that holds all codes and the prior, with a margin."""
    data = data_box(latents.means)
    reach = max(REACH, *(abs(edge) for edge in data)) * 1.05
    return Box(-reach, reach, -reach, reach)


def routes(
    service: Callable[[], DecoderService], classifier: Callable[[], Classifier | None]
) -> list[BaseRoute]:
    """The route. Each of the two may take long when it is called first."""

    def painted(name: str) -> Payload:
        from vae.measure.certainty import certainty

        decoders, judge = service(), classifier()
        assert judge is not None  # `serve` has looked
        box = looked_at(decoders.checkpoint(name).latents)
        sure = certainty(decoders.model(name).decode, judge, box, SIDE, SIDE)
        shade = np.round(255 * sure).astype(np.uint8).tobytes()
        told = {"box": box._asdict(), "side": SIDE, "shade": base64.b64encode(shade).decode()}
        return Payload(json.dumps(told).encode(), "application/json")

    def shows_digits(name: str) -> bool:
        try:
            return service().checkpoint(name).is_judged
        except UnknownCheckpoint:
            return True  # which `pictures` says better

    pictures = Once(painted)

    async def serve(request: Request) -> Response:
        if await run_in_threadpool(classifier) is None:
            return PlainTextResponse(NO_JUDGE, 404)
        name = request.path_params["checkpoint"]
        if not await run_in_threadpool(shows_digits, name):
            return PlainTextResponse(NO_DIGITS, 404)
        return await pictures.answer(request, name)

    return [Route("/legible/{checkpoint}", serve)]
