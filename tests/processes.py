"""Several app processes and a decoder process behind nginx, with the configuration that is shipped."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from vae.bench.server import ROOT, App, free_port, wait_until_served

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
PATHS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
DECODER = ("vae", "serve", "--port={port}")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
# As for a container, but for its ports: a system's package may be older than the configuration's "resolve".
SERVER = r"server {name}:\d+ resolve( max_fails=\d+(?: fail_timeout=\d+s)?);"


@dataclass(frozen=True)
class Processes:
    """What runs; `url` is the proxy's."""

    url: str
    apps: list[App]
    decoder: App

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def behind_nginx(project: Path, folder: Path, count: int = 2) -> Iterator[Processes]:
    """`count` app processes in `project`; runs and what all of them say are kept in `folder`."""
    runs = {"LATENT_ATLAS_RUNS": str(folder / "runs")}
    with ExitStack() as stack:
        decoder = App(folder / "decoder.log", project, command=DECODER, environment=runs)
        stack.callback(decoder.stop)
        decoder.start()
        told = {**runs, "LATENT_ATLAS_DECODER": decoder.url}
        apps = [App(folder / f"app{n}.log", project, environment=told) for n in range(count)]
        for app in apps:
            stack.callback(app.stop)
        with ThreadPoolExecutor() as pool:
            list(pool.map(App.start, apps))
        url = stack.enter_context(nginx(folder, apps, decoder))
        yield Processes(url, apps, decoder)


@contextmanager
def nginx(folder: Path, apps: list[App], decoder: App) -> Iterator[str]:
    """The proxy before these; its address."""
    program = shutil.which("nginx", path=PATHS)
    if program is None:
        pytest.skip("nginx is not here: install your system's package to include this test.")
    port = free_port()
    (folder / "nginx.conf").write_text(placed(folder, port, apps, decoder))
    with (folder / "nginx.log").open("ab") as log:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")],
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_served(f"127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def placed(folder: Path, port: int, apps: list[App], decoder: App) -> str:
    """The shipped configuration with these addresses, writing to `folder` alone."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    for name, there in (("app", apps), ("decoder", [decoder])):
        servers = " ".join(rf"server {one.host}\1;" for one in there)
        text, found = re.subn(SERVER.format(name=name), servers, text)
        assert found == 1, name
    text, found = re.subn(r"listen \d+;", f"listen 127.0.0.1:{port};", text)
    assert found == 1
    text = text.replace("/var/cache/nginx/", f"{folder}/")
    kept = " ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    text = text.replace("http {", f"http {{ {kept}", 1)
    # its workers read and write the folder, which is this user's alone
    return (
        f"user {getpass.getuser()}; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n{text}"
    )
