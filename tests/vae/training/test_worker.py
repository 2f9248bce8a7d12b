"""The worker as its parent sees it: real processes that are killed, starved, and left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.vae.training.test_recorded import without_clocks
from vae.bench.server import ROOT
from vae.config import ModelConfig, TrainingConfig
from vae.data import VARIABLE
from vae.history import reports, snapshots
from vae.history.job import Job
from vae.model.checkpoint import load, state_of
from vae.training import worker
from vae.training.recorded import PULSE

pytestmark = pytest.mark.usefixtures("mnist")
MODEL = ModelConfig(hidden=16, encoder_blocks=0, decoder_blocks=0)
JOB = Job(MODEL, TrainingConfig(epochs=12, batch_size=100), images=5_000)
SOON = 120  # seconds until a test that hangs fails


MODULE = ("-m", "vae.training.worker")
# Tests keep all cores busy, and beside them the lowest priority gets nothing done.
BOLD = ("-c", "import sys; from vae.training import worker; sys.exit(worker.main(sys.argv[1:]))")


@contextmanager
def working(folder: Path, how: tuple[str, str] = BOLD, **others: object) -> Iterator[subprocess.Popen[str]]:
    """A worker on the job in a folder."""
    command, pipe = [sys.executable, *how, str(folder)], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stderr=pipe, text=True, **others) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code and the last thing that it said; its standard input stays open until then."""
    assert process.stderr is not None
    said = process.stderr.read().splitlines()
    return process.wait(SOON), said[-1] if said else ""


def wait_until(process: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    while not happened():
        assert process.poll() is None
        threading.Event().wait(0.01)


def test_a_run_that_was_killed_goes_on_as_if_it_had_not_been(tmp_path, monkeypatch) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        JOB.write(folder)
    with working(parts) as process:
        wait_until(process, lambda: len(reports.read_reports(parts)) > 5)  # the second epoch's is the sixth
        process.kill()
    assert state_of(parts / "model.pt") == "interrupted"
    with working(parts) as process:
        assert ended(process) == (0, "")
    before = torch.get_num_threads()
    torch.set_num_threads(worker.threads())
    worker.train(whole)
    torch.set_num_threads(before)
    first, second = load(whole / "model.pt"), load(parts / "model.pt")
    assert first.progress is second.progress is None
    assert all(torch.equal(value, second.weights[name]) for name, value in first.weights.items())
    assert without_clocks(whole) == without_clocks(parts)
    for index in range(snapshots.count(whole)):
        one, other = snapshots.path_of(index, whole), snapshots.path_of(index, parts)
        assert one.read_bytes() == other.read_bytes()
    assert not list(parts.rglob("*.partial"))


def test_it_ends_with_its_parent(tmp_path) -> None:
    replace(JOB, training=replace(JOB.training, epochs=10_000)).write(tmp_path)
    with working(tmp_path) as process:
        wait_until(process, (tmp_path / PULSE).exists)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(SOON) == 1


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="Windows has no such priority.")
def test_it_takes_what_others_leave_of_the_processor(tmp_path) -> None:
    JOB.write(tmp_path)
    with working(tmp_path, MODULE) as process:
        wait_until(process, lambda: os.getpriority(os.PRIO_PROCESS, process.pid) == worker.LOWEST)
        assert (tmp_path / PULSE).exists()  # the first snapshot hurries: somebody waits for it


def test_without_a_job_or_data_one_sentence_says_what_to_do(tmp_path, monkeypatch) -> None:
    with pytest.raises(worker.EXPECTED, match=r"does not say how to train: start the training again\.$"):
        worker.train(tmp_path)
    JOB.write(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(worker.EXPECTED, match=r"^MNIST is not in .*: run `python -m vae download`") as caught:
        worker.train(tmp_path)
    assert worker.sentence(caught.value) == str(caught.value)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(tmp_path) -> None:
    training = replace(JOB.training, learning_rate=1e6, warm_up=0.9)
    replace(JOB, training=training).write(tmp_path)
    with working(tmp_path) as process:
        code, said = ended(process)
    assert code == 1
    assert said.startswith("In epoch ")
    assert said.endswith(" the loss stopped being a number: start again with a lower learning rate.")
    assert len(reports.read_reports(tmp_path)) == snapshots.count(tmp_path) >= 1


def test_a_full_disk_ends_it_with_a_sentence_and_spoils_nothing(tmp_path) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no such limit.")

    def limited() -> None:  # the system then refuses larger files
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    JOB.write(tmp_path)
    with working(tmp_path, preexec_fn=limited) as process:
        code, said = ended(process)
    assert (code, said) == (
        1,
        "The run cannot be written on the server (file too large): make room there, then go on.",
    )
    assert not list(tmp_path.rglob("*.partial"))
    assert snapshots.count(tmp_path) == 0


def test_too_little_memory_ends_it_with_a_sentence(tmp_path) -> None:
    """The system grants the process no more memory than it has before it trains."""
    pytest.importorskip("resource", reason="Windows has no such limit.")
    wide = replace(MODEL, hidden=1024, decoder_blocks=12)
    replace(JOB, model=wide).write(tmp_path)
    limited = (
        "import resource, sys; from pathlib import Path; from vae.training import worker\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "limit = used + 200 * 2**20\n"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "sys.exit(worker.main(sys.argv[1:]))"
    )
    if not Path("/proc/self/statm").exists():
        pytest.skip("Only Linux tells and limits a process's memory like this.")
    with working(tmp_path, ("-c", limited)) as process:
        assert ended(process) == (1, worker.NO_MEMORY)
