"""The README's commands do what it says: they are taken from its text and run in a copy of the project."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\s*```\w*\n(.*?)\n```", README, re.S)
    assert found, f"the README has no {name} command"
    return found.group(1)


def test_there_are_two_commands_of_one_line_each() -> None:
    for name in ("start", "test"):
        assert len(command(name).splitlines()) == 1


def test_the_test_command_runs_every_test() -> None:
    assert shlex.split(command("test"))[-3:] == [".venv/bin/python", "-m", "pytest"]


def test_every_file_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r'src(?:set)?="([^":]+)"', README)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


@pytest.mark.skipif(
    os.name == "nt", reason="The README's command for Windows cannot be run by a POSIX shell."
)
def test_the_start_command_serves_the_app_from_a_fresh_copy(tmp_path) -> None:
    """A copy without a virtual environment, as after a clone: the command makes its own and serves pages."""
    copy = tmp_path / "latent-atlas"
    unwanted = (".venv", ".git", "data", "runs", ".*_cache", "__pycache__", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*unwanted))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    environment |= {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_HEADLESS": "true"}
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(
            ["bash", "-c", command("start")],
            cwd=copy,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            answer = _wait_for(f"http://127.0.0.1:{port}/healthz", process)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
                assert b"<title>" in page.read()
        except AssertionError as error:
            log.seek(0)
            raise AssertionError(f"{error}\n{log.read()}") from error
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert b'"vae"' in answer
    assert b'"autoencoder"' in answer


def _wait_for(url: str, process: subprocess.Popen, seconds: float = 900) -> bytes:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the command ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return reply.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer within {seconds:.0f} s")
