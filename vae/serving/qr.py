"""The route that writes a text as a QR code: GET /qr?text=… answers SVG, dark on white."""

from __future__ import annotations

import io
from functools import lru_cache

import segno
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vae.serving.payload import FOR_EVER, Payload

LONGEST = 1000  # characters of a text
KEPT = 64  # codes, of some 10 to 100 KB
WRONG = f"A QR code needs a text of 1 to {LONGEST:,} characters: ask for /qr?text=…"


def code(text: str) -> bytes:
    """The QR code of a text (ISO/IEC 18004) as SVG without a size of its own.

    Its error correction is the lowest level, L: the fewest modules, which are told apart from afar. The
    quiet zone is the 4 modules that the standard asks for.
    """
    written = io.BytesIO()
    made = segno.make(text, error="l", micro=False, boost_error=False)
    made.save(written, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, omitsize=True)
    return written.getvalue()


def routes() -> list[BaseRoute]:
    @lru_cache(maxsize=KEPT)
    def kept(text: str) -> Payload:
        return Payload(code(text), "image/svg+xml", FOR_EVER)

    def serve(request: Request) -> Response:
        text = request.query_params.get("text", "")
        if not 1 <= len(text) <= LONGEST:
            return PlainTextResponse(WRONG, 400)
        try:
            return kept(text).response(request)
        except ValueError:  # more bytes than the largest code holds
            return PlainTextResponse(WRONG, 400)

    return [Route("/qr", serve)]
