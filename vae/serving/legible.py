"""Where in a decoder's plane a digit can be read: the judge's certainty, and the route that serves it.

GET /legible/{checkpoint} is JSON: {"box": {left, right, bottom, top}, "side", "shade"}. The shade is base64
of side x side bytes, row by row from the top, 255 where the judge is certain of a digit.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vae.plane.box import Box, data_box
from vae.serving.errors import UnknownCheckpoint
from vae.serving.payload import Payload

if TYPE_CHECKING:  # the route stands before anything that takes seconds to load
    from vae.model.checkpoint import Latents
    from vae.model.classifier import Classifier
    from vae.serving.decoding import DecoderService

NO_JUDGE = "The classifier is missing: make it with `python -m vae train --preset classifier`."
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
    """The route. A picture is computed once, when it is first asked for, one at a time, and kept."""
    painted: dict[str, Payload] = {}
    painting = threading.Lock()

    def paint(name: str) -> Payload:
        from vae.measure.certainty import certainty

        decoders, judge = service(), classifier()
        latents = decoders.checkpoint(name).latents
        if judge is None:
            raise LookupError(NO_JUDGE)
        with painting:
            if name not in painted:
                box = looked_at(latents)
                sure = certainty(decoders.model(name).decode, judge, box, SIDE, SIDE)
                shade = np.round(255 * sure).astype(np.uint8).tobytes()
                told = {"box": box._asdict(), "side": SIDE, "shade": base64.b64encode(shade).decode()}
                painted[name] = Payload(json.dumps(told).encode(), "application/json")
        return painted[name]

    async def serve(request: Request) -> Response:
        try:
            found = await run_in_threadpool(paint, request.path_params["checkpoint"])
        except (UnknownCheckpoint, LookupError) as error:
            return PlainTextResponse(str(error), 404)
        return found.response(request)

    return [Route("/legible/{checkpoint}", serve)]
