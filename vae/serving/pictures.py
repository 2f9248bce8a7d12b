"""The route that opens a picture from a visitor's disk or camera.

POST /pictures with the file as body answers u16 width, u16 height (little-endian), then width * height u8 of
ink, row by row, 0 none to 255 full. What is no picture is answered by 4xx and one sentence; nothing is kept.
"""

from __future__ import annotations

import struct

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vae.pictures.opened import PictureError, opened
from vae.serving.intake import Intake, TooLarge, TooMany, parts, worked_on

MOST_BYTES = 8 * 2**20  # of a file
AT_ONCE = 2  # files opened at a time: each may need 200 MB for a moment
ON_THE_WAY = 32  # files that come in or wait; a class at once

TOO_LARGE = f"The file is larger than {MOST_BYTES // 2**20} MB: make the picture smaller."


class Pictures:
    """Opens files for many visitors. Whoever waits holds no thread."""

    def __init__(self) -> None:
        self._intake = Intake(AT_ONCE, ON_THE_WAY)

    async def serve(self, request: Request) -> Response:
        try:
            async with self._intake.place():
                return await self._answer(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except TooMany:
            return refusal("Many pictures come in at once: try again in a moment.", 503)
        except TooLarge:
            return refusal(TOO_LARGE, 413)
        except PictureError as error:
            return refusal(str(error), 422)

    async def _answer(self, request: Request) -> Response:
        content = b"".join([part async for part in parts(request, MOST_BYTES)])
        async with self._intake.free:
            body = await worked_on(lambda: packed(content))
        return Response(body, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


def packed(content: bytes) -> bytes:
    """The ink of a picture file as the route answers it. Raises PictureError."""
    ink = opened(content)
    height, width = ink.shape
    return struct.pack("<HH", width, height) + ink.tobytes()


def refusal(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers={"Cache-Control": "no-store"})


def routes() -> list[BaseRoute]:
    """The route of pictures that visitors bring."""
    return [Route("/pictures", Pictures().serve, methods=["POST"])]
