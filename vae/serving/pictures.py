"""The route that opens a picture from a visitor's disk or camera.

POST /pictures with the file as body answers u16 width, u16 height (little-endian), then width * height u8 of
ink, row by row, 0 none to 255 full. What is no picture is answered by 4xx and one sentence; nothing is kept.
"""

from __future__ import annotations

import asyncio
import struct

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vae.pictures.opened import PictureError, opened

MOST_BYTES = 8 * 2**20  # of a file
AT_ONCE = 2  # files opened at a time: each may need 200 MB for a moment
ON_THE_WAY = 32  # files that come in or wait; a class at once

TOO_LARGE = f"The file is larger than {MOST_BYTES // 2**20} MB: make the picture smaller."


class TooLarge(Exception):
    """More bytes than a file may have."""


class Pictures:
    """Opens files for many visitors. Whoever waits holds no thread."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._on_the_way = 0

    async def serve(self, request: Request) -> Response:
        if self._on_the_way >= ON_THE_WAY:
            return refusal("Many pictures come in at once: try again in a moment.", 503)
        self._on_the_way += 1
        try:
            return await self._answer(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except TooLarge:
            return refusal(TOO_LARGE, 413)
        except PictureError as error:
            return refusal(str(error), 422)
        finally:
            self._on_the_way -= 1

    async def _answer(self, request: Request) -> Response:
        content = await received(request)
        async with self._free:
            body = await run_in_threadpool(packed, content)
        return Response(body, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


async def received(request: Request) -> bytes:
    """The body. Raises TooLarge as soon as that is known."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise TooLarge
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise TooLarge
    return bytes(content)


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
