"""How many visitors the app lets in, and what Streamlit's own routes may not cost: over real sockets."""

from __future__ import annotations

import collections
import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.test_app import SOON, get
from vae.bench.server import ROOT, STREAMLIT, running_app
from vae.serving.room import A_VISITOR, MOST_VISITORS, RESERVED

DESCRIPTORS = 256  # what macOS gives a process
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def url(project: Path) -> Iterator[str]:
    with running_app(project, log=project / "log") as app:
        yield app.url
    assert "Traceback" not in (project / "log").read_text()


@contextlib.contextmanager
def visit(url: str, **headers: str) -> Iterator[ClientConnection]:
    """A session as a browser opens it, once the script for its page has begun."""
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    with connect(
        url.replace("http", "ws", 1) + "/_stcore/stream",
        origin=Origin("http://" + urlsplit(url).netloc),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers=headers,
        open_timeout=SOON,
        max_size=None,
    ) as stream:
        stream.send(asked.SerializeToString())
        stream.recv(SOON)
        reading = threading.Thread(target=read_all, args=(stream,))
        reading.start()
        yield stream
    reading.join(SOON)


def is_let_in(url: str, visitors: contextlib.ExitStack) -> bool:
    """Whether a page comes and a session opens; what others held may be given back between the two."""
    if get(url, **HTML)[0] != 200:
        return False
    try:
        visitors.enter_context(visit(url))
    except InvalidStatus as refused:
        if refused.response.status_code != 503:
            raise
        return False
    return True


def read_all(stream: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        collections.deque(stream, maxlen=0)


def health(url: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(get(url + "/healthz")[2])
    return told


def eventually(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_room_says_so_and_lets_the_next_one_in_when_somebody_left(project: Path) -> None:
    command = ("tests.limited", str(DESCRIPTORS), *STREAMLIT)
    with running_app(project, command=command, environment={"PYTHONPATH": str(ROOT)}) as app:
        most = (DESCRIPTORS - RESERVED) // A_VISITOR
        assert health(app.url)["sessions"] == {"open": 0, "limit": most}
        with contextlib.ExitStack() as visitors:
            for _ in range(most):
                assert get(app.url, **HTML)[0] == 200
                visitors.enter_context(visit(app.url))
            status, headers, page = get(app.url, **HTML)
            assert (status, headers["retry-after"]) == (503, "20")
            assert b"The room is full" in page
            with pytest.raises(InvalidStatus, match="503"), visit(app.url):
                pass
            told = health(app.url)
            assert told["status"] == "degraded"
            assert told["sessions"]["open"] == most
            assert told["descriptors"]["open"] < DESCRIPTORS
        for _ in range(2):  # what those who left have held is given back, though they may come back for it
            with contextlib.ExitStack() as visitors:
                for _ in range(most):
                    assert eventually(lambda: is_let_in(app.url, visitors))
        assert eventually(lambda: health(app.url)["sessions"]["open"] == 0)


def test_the_limit_of_descriptors_is_raised_to_what_the_system_allows(project: Path) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    try:
        with running_app(project) as app:
            told = health(app.url)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert told["descriptors"]["limit"] > DESCRIPTORS
    assert told["sessions"]["limit"] <= MOST_VISITORS


@pytest.mark.parametrize("path", ["metrics", "upload_file/session/file", "upload_file"])
def test_routes_that_no_page_uses_are_closed(url: str, path: str) -> None:
    assert get(f"{url}/_stcore/{path}")[0] == 404


def test_metrics_are_open_where_they_are_asked_for(project: Path) -> None:
    with running_app(project, environment={"LATENT_ATLAS_METRICS": "1"}) as app:
        assert b"active_sessions" in get(f"{app.url}/_stcore/metrics")[2]


def test_text_on_streamlits_socket_ends_it_without_a_traceback(url: str, project: Path) -> None:
    with visit(url) as stream:
        stream.send("hello")
        assert eventually(lambda: stream.close_code == 1003)
    assert "Traceback" not in (project / "log").read_text()


def test_nothing_that_anybody_may_read_tells_where_files_are_kept(url: str, project: Path) -> None:
    for path in ("/healthz", "/", "/_stcore/host-config", "/latents/none", "/manifold/none", "/nothing"):
        assert str(project).encode() not in get(url + path)[2]
