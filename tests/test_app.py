"""The whole app as people start it: `streamlit run app.py` or `uvicorn app:app` in its own process."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import plotly
import pytest
import streamlit
from PIL import Image
from streamlit.testing.v1 import AppTest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from pages.components.frame.service import decoder_service
from pages.components.mount import assets
from tests.serving import copy_project, write_checkpoint
from vae.bench.server import ROOT, STREAMLIT, UVICORN, free_port, running_app, words

COMPONENTS = ROOT / "pages" / "components"
SOON = 120.0  # seconds until an app that does not start fails its test; a cold machine reads torch from disk


@contextlib.contextmanager
def running(folder: Path, *options: str, command: Sequence[str] = STREAMLIT) -> Iterator[str]:
    """Start the app in `folder`, give its address, and end it as a service manager would."""
    with running_app(folder, command=command, options=options, log=folder / "log") as app:
        yield app.url
        assert app.stop() in (0, -signal.SIGTERM)


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SOON) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def channel_of(url: str) -> str:
    return url.replace("http", "ws", 1) + "/decode/vae"


def decode_one(url: str) -> bytes:
    with connect(channel_of(url), origin=Origin("http://" + urlsplit(url).netloc)) as channel:
        channel.send(struct.pack("<I2f", 5, 0.5, -0.5))
        reply = channel.recv(SOON)
    assert isinstance(reply, bytes)
    return reply


@pytest.fixture(scope="module")
def url(project: Path) -> Iterator[str]:
    with running(project) as url:
        yield url
    log = (project / "log").read_text()
    assert "Traceback" not in log
    assert "arning" not in log


def test_page_latents_health_and_decodes_come_from_one_port(url: str) -> None:
    status, _, page = get(url)
    assert status == 200
    assert b"<html" in page
    assert json.loads(get(url + "/healthz")[2])["checkpoints"] == ["vae"]
    assert len(get(url + "/latents/vae")[2]) == 4 + 9 * 50
    reply = decode_one(url)
    assert reply[:4] == struct.pack("<I", 5)
    assert len(reply) == 788


def test_a_foreign_page_is_turned_away_from_the_channel_of_the_app(url: str) -> None:
    with (
        connect(channel_of(url), origin=Origin("https://evil.example")) as channel,
        pytest.raises(ConnectionClosed, match=r"1008.*evil\.example"),
    ):
        channel.recv(SOON)


def test_a_foreign_page_is_turned_away_from_streamlits_socket_at_once(url: str) -> None:
    stream = url.replace("http", "ws", 1) + "/_stcore/stream"
    foreign, own = Origin("https://evil.example"), Origin("http://" + urlsplit(url).netloc)
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(stream, origin=foreign, open_timeout=SOON),
    ):
        pass
    with connect(stream, origin=own, open_timeout=SOON):
        pass


def post_picture(url: str, **headers: str) -> int:
    content = io.BytesIO()
    Image.linear_gradient("L").save(content, "PNG")
    request = urllib.request.Request(url + "/pictures", data=content.getvalue(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SOON) as answer:
            assert len(answer.read()) == 4 + 256 * 256
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_foreign_page_may_bring_no_picture(url: str) -> None:
    assert post_picture(url) == 200
    assert post_picture(url, Origin="http://" + urlsplit(url).netloc) == 200
    assert post_picture(url, Origin="https://evil.example") == 403


def test_a_foreign_page_may_read_what_anybody_may_and_write_nothing(url: str) -> None:
    assert get(url + "/healthz", Origin="https://evil.example")[0] == 200
    request = urllib.request.Request(url + "/_stcore/stream", data=b"x", method="PUT")
    request.add_header("Origin", "https://evil.example")
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        urllib.request.urlopen(request, timeout=SOON)
    assert refused.value.read() == b"Pages of other hosts may not write here."


@pytest.mark.parametrize("path", ["", "/healthz", "/latents/vae", "/latents/none", "/_stcore/health"])
def test_every_answer_says_what_browsers_may_do_with_it(url: str, path: str) -> None:
    headers = get(url + path)[1]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_only_hosts_that_are_allowed_are_answered(project: Path) -> None:
    with running(project, "--server.allowedHosts", "atlas.school") as url:
        for path in ("", "/healthz", "/latents/vae"):
            assert get(url + path)[0] == 400
            assert get(url + path, Host="atlas.school")[0] == 200
        with pytest.raises(InvalidStatus, match="400"), connect(channel_of(url), open_timeout=SOON):
            pass


def test_a_message_of_many_megabytes_is_cut_off_before_it_is_held(url: str) -> None:
    with connect(channel_of(url)) as channel:
        with contextlib.suppress(ConnectionClosed):  # the server may close while we are still sending
            channel.send(bytes(11_000_000))
        with pytest.raises(ConnectionClosed) as closed:
            channel.recv(timeout=SOON)
    # had the message reached the channel itself, its own sentence would be the reason
    assert closed.value.rcvd is None or "A request holds" not in closed.value.rcvd.reason
    decode_one(url)


def test_uvicorn_serves_the_same_app(project: Path) -> None:
    with running(project, command=UVICORN) as url:
        assert b"<html" in get(url)[2]
        assert len(decode_one(url)) == 788
    assert "Traceback" not in (project / "log").read_text()


def test_plotly_comes_from_its_package_compressed_and_for_ever(url: str) -> None:
    status, headers, body = get(f"{url}/{assets.plotly_path()}", **{"Accept-Encoding": "gzip"})
    shipped = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == shipped.read_bytes()
    assert headers["content-type"].startswith("text/javascript")
    assert "immutable" in headers["cache-control"]


def test_streamlits_own_scripts_come_compressed_and_for_ever(url: str) -> None:
    shipped = Path(streamlit.__file__).parent / "static"
    index = (shipped / "index.html").read_text()
    names = re.findall(r"static/(?:js|css)/[^\"]+\.(?:js|css)", index)
    assert len(names) > 10
    for name in names:
        status, headers, body = get(f"{url}/{name}", **{"Accept-Encoding": "gzip, deflate"})
        assert (status, headers["content-encoding"]) == (200, "gzip")
        assert gzip.decompress(body) == (shipped / name).read_bytes()
        assert "immutable" in headers["cache-control"]
        assert get(f"{url}/{name}", **{"If-None-Match": headers["etag"]})[0] == 304
    plain = get(f"{url}/{names[0]}")
    assert plain[2] == (shipped / names[0]).read_bytes()
    assert b"import" not in get(f"{url}/static/..%2f..%2f__init__.py")[2]


def test_our_modules_are_served_under_an_address_that_changes_with_them(url: str) -> None:
    modules = sorted(COMPONENTS.rglob("*.[jc]s*"))
    assert modules
    for path in modules:
        status, headers, body = get(f"{url}/{assets.asset_base()}{path.relative_to(COMPONENTS)}")
        assert (status, body) == (200, path.read_bytes())
        assert "immutable" in headers["cache-control"]
        old = get(f"{url}/atlas/0123456789abcdef/{path.relative_to(COMPONENTS)}")
        assert (old[0], old[1]["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "name", ["mount/assets.py", "nothing.js", "..%2f..%2fapp.py", "%2e%2e/%2e%2e/app.py"]
)
def test_nothing_else_is_served_as_a_module(url: str, name: str) -> None:
    body = get(f"{url}/{assets.asset_base()}{name}")[2]
    assert b"import" not in body.replace(b"important", b"")


def test_a_digest_follows_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bases = []
    for name, content in (("a", "one"), ("b", "one"), ("c", "two")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.js").write_text(content)
        monkeypatch.setattr(assets, "COMPONENTS", tmp_path / name)
        bases.append(assets.asset_base())
    assert bases[0] == bases[1] != bases[2]


def test_a_damaged_checkpoint_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    write_checkpoint(folder / "checkpoints" / "beta.pt")
    (folder / "checkpoints" / "vae.pt").write_bytes(b"not a checkpoint")
    with running(folder) as url:
        health = json.loads(get(url + "/healthz")[2])
        assert get(url)[0] == 200
    assert health["status"] == "degraded"
    assert health["checkpoints"] == ["beta"]
    sentence = health["problems"]["vae.pt"]
    assert "vae.pt" in sentence
    assert "train" in sentence
    assert sentence in (folder / "log").read_text()
    assert "Traceback" not in (folder / "log").read_text()


def test_without_any_checkpoint_the_app_lives_and_says_what_to_do(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    with running(folder) as url:
        assert get(url)[0] == 200
        health = json.loads(get(url + "/healthz")[2])
    assert health["checkpoints"] == []
    assert "does not exist" in health["problems"]["vae.pt"]


@pytest.mark.parametrize("command", [STREAMLIT, UVICORN], ids=["streamlit", "uvicorn"])
def test_a_wrong_device_is_one_sentence(project: Path, command: Sequence[str]) -> None:
    ended = subprocess.run(
        words(command, free_port()),
        cwd=project,
        env={**os.environ, "LATENT_ATLAS_DEVICE": "toaster"},
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    assert ended.returncode != 0
    assert "'toaster'" in ended.stderr
    assert "LATENT_ATLAS_DEVICE" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_one_sentence(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            words(STREAMLIT, port),
            cwd=project,
            capture_output=True,
            text=True,
            timeout=SOON,
        )
    assert ended.returncode == 1
    assert f"Port {port} is not available" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_pages_and_routes_share_one_service(caplog: pytest.LogCaptureFixture) -> None:
    def script() -> None:
        import streamlit as st

        from pages.components.frame.service import decoder_service

        st.text(id(decoder_service()))

    service = decoder_service()  # as a route asks for it: outside of any script run
    assert caplog.records == []
    page = AppTest.from_function(script).run(timeout=60)
    assert page.text[0].value == str(id(service))
    decoder_service.clear()
    service.close()


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://atlas.school:8501", True),
        ("http://atlas.school", False),  # another port is another site
        ("https://map.example", True),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_origins_are_the_same_host_or_configured(
    origin: str | None, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {
        "server.enableCORS": True,
        "server.corsAllowedOrigins": ["https://map.example", "http://["],
    }
    monkeypatch.setattr(assets.st, "get_option", options.get)
    assert assets.origin_allowed(origin, "atlas.school:8501") is allowed
    options["server.enableCORS"] = False
    assert assets.origin_allowed(origin, "atlas.school:8501")


def test_a_server_that_ends_takes_leave_of_its_open_channels(project: Path) -> None:
    with contextlib.ExitStack() as channels:
        with running(project) as url:
            address = channel_of(url)
            opened = [channels.enter_context(connect(address, open_timeout=SOON)) for _ in range(10)]
            opened[0].send(struct.pack("<I2f", 5, 0.5, -0.5))
            opened[0].recv(SOON)
        for channel in opened:
            with pytest.raises(ConnectionClosed, match="1012"):
                channel.recv(SOON)
    assert "Traceback" not in (project / "log").read_text()


class Deaf:
    """A client of the decode channel that asks for 256 pictures at a time and reads no answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), SOON)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.sendall(
            b"GET /decode/vae HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert self._socket.recv(12) == b"HTTP/1.1 101"

    def ask(self) -> None:
        points = struct.pack("<I", 1) + struct.pack("<512f", *([0.5] * 512))
        mask = bytes(4)  # leaves the content as it is
        self._socket.sendall(struct.pack(">BBH", 0x82, 0xFE, len(points)) + mask + points)

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("command", [STREAMLIT, UVICORN], ids=["streamlit", "uvicorn"])
def test_a_server_ends_though_clients_read_nothing(project: Path, command: Sequence[str]) -> None:
    with running_app(project, command=command, log=project / "deaf") as app, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(contextlib.closing(Deaf(app.port))) for _ in range(3)]
        for _ in range(30):  # of 200 kB each, more than all buffers on the way hold
            for client in clients:
                client.ask()
            decode_one(app.url)  # by which time they are being answered
        assert app.stop() in (0, -signal.SIGTERM)


def test_below_a_base_path_everything_moves_there(project: Path) -> None:
    with running(project, "--server.baseUrlPath=/lesson/one/") as url:
        base = url + "/lesson/one"
        page = get(base + "/")[2].decode()
        assert "<html" in page
        name = re.search(r"static/js/index\.[^\"]+\.js", page)
        assert name is not None
        headers = get(f"{base}/{name[0]}", **{"Accept-Encoding": "gzip"})[1]
        assert headers["content-encoding"] == "gzip"
        assert json.loads(get(base + "/healthz")[2])["checkpoints"] == ["vae"]
        assert get(f"{base}/{assets.plotly_path()}")[0] == 200
        assert len(decode_one(base)) == 788
        assert post_picture(base) == 200


def test_the_projects_settings_hold_without_streamlit_run(project: Path) -> None:
    code = "import app, streamlit; print(streamlit.get_option('runner.postScriptGC'))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert (ended.stdout.strip(), ended.returncode) == ("False", 0)
