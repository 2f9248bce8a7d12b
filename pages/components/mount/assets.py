"""The files that browsers load: our modules and style sheets, and plotly.js."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from vae.serving.channel import same_host
from vae.serving.payload import ASK_AGAIN, FOR_EVER, Payload

COMPONENTS = Path(__file__).parents[1]
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


def asset_base() -> str:
    """Where browsers find our modules, relative to the app's address; it changes with their content."""
    return f"atlas/{_assets().digest}/"


def plotly_path() -> str:
    """Where browsers find plotly.js as the plotly package ships it, relative to the app's address."""
    return f"atlas/plotly-{plotly.__version__}.min.js"


def lasting() -> dict[str, Callable[[], Payload]]:
    """Files whose address, relative to the app's, changes with their content: plotly.js and our modules."""
    files = _assets().files
    ours = {f"{asset_base()}{name}": partial(files.__getitem__, name) for name in files}
    return {**ours, plotly_path(): partial(read, PLOTLY)}


def origin_allowed(origin: str | None, host: str | None) -> bool:
    """Whether the decode channel is open to a page: of this host, or of one that Streamlit's settings name.

    `server.corsAllowedOrigins` adds hosts and `server.enableCORS = false` all of them, as for Streamlit's own
    socket; its allowances for this machine's addresses, looked up on the network, are left out.
    """
    if same_host(origin, host) or not st.get_option("server.enableCORS"):
        return True
    named = {_hostname(address) for address in st.get_option("server.corsAllowedOrigins")}
    return _hostname(origin or "") in named - {None}


def routes() -> list[BaseRoute]:
    """The route of our modules for pages from before an update; the files of today are answered before it."""
    return [Route("/atlas/{digest}/{name:path}", _serve_asset)]


def at_base_path(routes: list[BaseRoute]) -> list[BaseRoute]:
    """The routes below `server.baseUrlPath`, each by itself: whatever else lies there is Streamlit's."""

    def placed(route: BaseRoute) -> BaseRoute:
        assert isinstance(route, Route | WebSocketRoute)
        path = f"{base_path()}{route.path}"
        if isinstance(route, WebSocketRoute):
            return WebSocketRoute(path, route.endpoint)
        return Route(path, route.endpoint, methods=route.methods)

    return [placed(route) for route in routes]


def base_path() -> str:
    """`server.baseUrlPath` with a slash before it and none behind, or nothing."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def read(path: Path) -> Payload:
    """A script or a style sheet, to be kept for ever."""
    return Payload(path.read_bytes(), MEDIA_TYPES[path.suffix], FOR_EVER)


class Assets(NamedTuple):
    """Our JavaScript modules and style sheets by path, and a digest of them all."""

    digest: str
    files: dict[str, Payload]


def _assets() -> Assets:
    return _read_assets(COMPONENTS)


@lru_cache(maxsize=1)
def _read_assets(folder: Path) -> Assets:
    """Read once: every component of every run asks, and a walk through the folder takes milliseconds."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in MEDIA_TYPES)
    files = {path.relative_to(folder).as_posix(): read(path) for path in paths}
    together = "".join(name + payload.etag for name, payload in files.items())
    return Assets(hashlib.sha256(together.encode()).hexdigest()[:16], files)


def _serve_asset(request: Request) -> Response:
    name = request.path_params["name"]
    payload = _assets().files.get(name)
    if payload is None:
        return PlainTextResponse(f"There is no file {name!r} here.", 404)
    response = payload.response(request)
    response.headers["Cache-Control"] = ASK_AGAIN
    return response


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:  # an address that is none
        return None
