"""GET /healthz: one JSON object that says whether all is well, for people and for programs that watch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vae.serving.room import Room, memory

if TYPE_CHECKING:  # the route stands before anything that takes seconds to load
    from vae.serving.decoding import DecoderService


Elsewhere = Callable[[], Awaitable[Mapping[str, Any] | None]]


def routes(
    service: Callable[[], DecoderService], room: Room, elsewhere: Elsewhere | None = None
) -> list[BaseRoute]:
    """The route. `service` may take long when it is called first: that is never done where others wait.

    The status is "degraded" when a checkpoint cannot be used, when there is none, or when 80 % of the
    descriptors, sessions or connections are taken. `elsewhere` is what the process that decodes for this one
    says of itself, None if it does not answer: "decoder" is its status, "ok", "degraded" or "away", and this
    one's is no better.
    """

    async def healthz(request: Request) -> Response:
        decoders = await run_in_threadpool(service)
        well = decoders.names and not decoders.problems and not room.is_crowded
        told = {}
        if elsewhere is not None:
            said = await elsewhere() or {"status": "away", "device": decoders.device_name}
            told = {"decoder": said["status"], "device": said["device"]}
            well = well and said["status"] == "ok"
        occupied = memory()
        return JSONResponse(
            {
                "status": "ok" if well else "degraded",
                "device": decoders.device_name,
                "checkpoints": decoders.names,
                "queue_depth": decoders.queue_depth,
                "problems": decoders.problems,
                **told,
                **{name: part._asdict() for name, part in room.taken().items()},
                "memory_mb": None if occupied is None else round(occupied / 2**20),
            },
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/healthz", healthz)]
