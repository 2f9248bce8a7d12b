"""The README's commands do what it says: they are taken from its text and run in a copy of the project."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import urllib.request

import pytest

from vae.bench.server import ROOT, StartError, free_port, wait_until_served

README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\s*```\w*\n(.*?)\n```", README, re.S)
    assert found, f"the README has no {name} command"
    return found.group(1)


def test_there_are_two_commands_of_one_line_each() -> None:
    for name in ("start", "test"):
        assert len(command(name).splitlines()) == 1


def test_the_test_command_runs_every_test() -> None:
    """Nothing is named or left out, and `scripts/check` runs the same."""
    words = shlex.split(command("test"))
    assert words[-7:] == [".venv/bin/python", "-m", "pytest", "-n", "2", "--dist", "worksteal"]
    assert " ".join(words[-6:]) in (ROOT / "scripts" / "check").read_text(encoding="utf-8")


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
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    environment |= {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_HEADLESS": "true"}
    environment["PIP_COMPILE"] = "false"  # the app needs few of 12,000 modules: those it compiles itself
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
            wait_until_served(f"127.0.0.1:{port}", process, limit=900)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as health:
                answer = health.read()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
                assert b"<title>" in page.read()
        except StartError as error:
            log.seek(0)
            raise AssertionError(f"{error}\n{log.read()}") from error
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert b'"vae"' in answer
    assert b'"autoencoder"' in answer
