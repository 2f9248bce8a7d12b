"""Dockerfile, compose.yaml and nginx.conf speak of the same names, ports and files."""

from __future__ import annotations

import json
import re

from vae.bench.server import ROOT
from vae.host.decoder import PORT


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.M)
    assert match, pattern
    return match[1]


def test_every_process_listens_where_the_proxy_looks_for_it() -> None:
    proxy, compose, image = read("deploy/nginx.conf"), read("compose.yaml"), read("Dockerfile")
    upstream = dict(re.findall(r"server (\w+):(\d+) resolve", proxy))
    assert set(upstream) == {"app", "decoder"}
    for name in upstream:
        assert re.search(rf"^  {name}:$", compose, re.M)
    for pattern in (r"STREAMLIT_SERVER_PORT=(\d+)", r"EXPOSE (\d+)", r"127\.0\.0\.1:(\d+)/healthz"):
        assert found(pattern, image) == upstream["app"]
    assert upstream["decoder"] == str(PORT)
    for pattern in (
        r"--port=(\d+)",
        r"LATENT_ATLAS_DECODER: http://decoder:(\d+)",
        r"127\.0\.0\.1:(\d+)/healthz",
    ):
        assert found(pattern, compose) == upstream["decoder"]
    assert found(r'"\$\{PORT:-\d+\}:(\d+)"', compose) == found(r"listen (\d+);", proxy)


def test_the_sockets_that_pass_by_the_app_are_all_of_ours() -> None:
    from vae.classroom.rooms import Rooms
    from vae.host.parts import Parts, routes

    def nothing() -> None:
        raise AssertionError("routes are only made")

    table = routes(Parts(nothing, nothing, nothing, nothing, nothing, Rooms()))  # type: ignore[arg-type]
    sockets = {route.path.split("/")[1] for route in table if not getattr(route, "methods", None)}
    passed_by = found(
        r"location ~ \^/\(([\w|]+)\)/ { proxy_pass http://decoder; }", read("deploy/nginx.conf")
    )
    assert sockets == set(passed_by.split("|"))


def test_the_image_holds_what_the_app_needs_and_nothing_of_anybodys() -> None:
    kept = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    assert read(".dockerignore").startswith("*\n")
    assert {"app.py", "vae", "pages", ".streamlit", "checkpoints", "lessons", "requirements.txt"} <= kept
    assert not kept & {".git", "runs", "data", ".venv", "tests"}
    assert all((ROOT / name).exists() for name in kept)
    assert re.search(r"^torch==", read("requirements.txt"), re.M)  # which the image takes from elsewhere


def test_the_development_container_has_what_the_tests_want() -> None:
    told = json.loads(read(".devcontainer/devcontainer.json"))
    assert "requirements-dev.txt" in told["updateContentCommand"]
    assert {"chromium", "nginx-light"} <= set(told["onCreateCommand"].split())
