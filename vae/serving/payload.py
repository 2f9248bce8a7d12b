"""Bytes that stay the same while the server runs: compressed once, cached well by browsers."""

from __future__ import annotations

import gzip
import hashlib
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

FOR_EVER = "public, max-age=31536000, immutable"  # for addresses that change with their content
ASK_AGAIN = "no-cache"  # keep, but ask whether it is still the same


class Payload:
    """A body with its media type, entity tag and caching rule; `response` answers a GET for it.

    Pictures go as they are: their formats are compressed already.
    """

    def __init__(self, body: bytes, media_type: str, cache_control: str = ASK_AGAIN) -> None:
        self.body = body
        self._picture = media_type.startswith("image/")
        self.etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._headers = {
            "ETag": self.etag,
            "Cache-Control": cache_control,
            "Content-Type": media_type,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }

    @cached_property
    def _compressed(self) -> bytes:
        return gzip.compress(self.body, 6, mtime=0)

    def pack(self) -> None:
        """Compress now what is otherwise compressed for the first browser that accepts it."""
        if not self._picture:
            self._compressed  # noqa: B018

    def response(self, request: Request) -> Response:
        """304 if the browser has this very body, else the body, compressed where the browser accepts that."""
        known = request.headers.get("if-none-match", "").split(",")
        if self.etag in (tag.strip().removeprefix("W/") for tag in known):
            return Response(status_code=304, headers=self._headers)
        if self._picture or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.body, headers={**self._headers, "Content-Encoding": "identity"})
        return Response(self._compressed, headers={**self._headers, "Content-Encoding": "gzip"})
