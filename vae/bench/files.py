"""What a browser with an empty cache fetches for its first page, over one plain HTTP connection."""

from __future__ import annotations

import asyncio
import gzip
import json
import posixpath
import re
import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from vae.bench.stream import PATIENCE, Wrong

DOCUMENT = re.compile(r'(?:src|href)="\./(static/[^"]+)"')  # of Streamlit's page, which names its own files
IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+\.js)["']""")


class Fetching:
    """One connection, kept open, one file after the other; every file once.

    `cookie` is what the server has set, as a browser hands it back; proxies know visitors by it.
    Raises Wrong, OSError and TimeoutError.
    """

    def __init__(self, url: str, cookie: str = "") -> None:
        self.cookie = cookie
        self._at = urlsplit(url)
        self._fetched: set[str] = set()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def page(self) -> None:
        """The document, and the files it names."""
        document = (await self.get("", "text/html")).decode()
        for name in DOCUMENT.findall(document):
            await self.get(name)

    async def greet(self) -> None:
        """What Streamlit's front end asks before it opens its socket."""
        for name in ("_stcore/health", "_stcore/host-config"):
            await self.get(name)

    async def modules(self, components: Iterable[Any]) -> None:
        """The modules of the components, and what these import."""
        for component in components:
            told = json.loads(component.mixed.json or component.json or "{}")
            if "asset_base" in told:
                await self._module(told["asset_base"] + told["module"])

    async def get(self, name: str, accept: str = "*/*") -> bytes:
        """The file with this name below the app's address, unpacked; nothing if it was there before."""
        if name in self._fetched:
            return b""
        self._fetched.add(name)
        path, is_kept = f"{self._at.path}/{name}", self._reader is not None
        async with asyncio.timeout(PATIENCE):
            try:
                return await self._get(path, accept)
            except (ConnectionResetError, asyncio.IncompleteReadError):
                if not is_kept:
                    raise
            self._reader = None  # closed as idle in the same moment: browsers ask once more (RFC 9112, 9.3.1)
            return await self._get(path, accept)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    async def _module(self, name: str) -> None:
        text = (await self.get(name)).decode()
        for target in IMPORT.findall(text):
            await self._module(posixpath.normpath(posixpath.join(posixpath.dirname(name), target)))

    async def _get(self, path: str, accept: str) -> bytes:
        if self._reader is None or self._reader.at_eof():  # a server closes what has been idle for seconds
            self.close()
            secure = ssl.create_default_context() if self._at.scheme == "https" else None
            port = self._at.port or (443 if secure else 80)
            self._reader, self._writer = await asyncio.open_connection(
                self._at.hostname, port, ssl=secure, limit=2**20
            )
        assert self._reader is not None
        assert self._writer is not None
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self._at.netloc}\r\nAccept: {accept}\r\n"
            "Accept-Encoding: gzip\r\nUser-Agent: latent-atlas-bench\r\n"
            f"Cookie: {self.cookie}\r\n\r\n".encode()
        )
        status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await _body(self._reader, headers)
        self.cookie = headers.get("set-cookie", self.cookie).partition(";")[0]
        if (code := status.split()[1]) != "200":
            raise Wrong(f"HTTP {code}")
        return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """RFC 9112, section 6.3: by its length, or in chunks."""
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)
