"""The workshop with the worker that trains."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.vae.training.test_worker import BOLD
from tests.vae.workshop.working import MODEL, open_workshop, until, until_state
from vae.config import TrainingConfig
from vae.history.job import Job
from vae.history.snapshots import built
from vae.workshop.workshop import Workshop

EPOCHS = 16
JOB = Job(MODEL, TrainingConfig(epochs=EPOCHS, batch_size=100), dataset="small-digits")
COMMAND = (sys.executable, *BOLD)


def epochs(workshop: Workshop, run: str) -> int:
    """Whole epochs of which there is a report."""
    reports = workshop.status(run).reports
    return int(reports[-1].epoch) if reports else 0


def test_a_training_that_is_killed_loses_one_epoch_at_most_and_goes_on(tmp_path: Path) -> None:
    with open_workshop(tmp_path, worker=COMMAND) as workshop:
        run = workshop.start(JOB)
        until(lambda: epochs(workshop, run.run) >= 2)
        assert workshop._training is not None
        process, done = workshop._training[1].pid, epochs(workshop, run.run)
        os.kill(process, signal.SIGKILL)
        paused = until_state(workshop, run.run, "paused", run.key)
        assert paused.model is not None
        kept = int(paused.model.partition(".")[2])
        assert done - 1 <= kept < EPOCHS
        assert workshop.find(paused.model) is not None
        snapshot, job = workshop.snapshot(run.run, len(paused.snapshots) - 1)
        built(snapshot, job.model, "cpu")

        workshop.command(run.run, run.key, "resume")
        finished = until_state(workshop, run.run, "finished", run.key)
        assert finished.model == f"{run.run}.{EPOCHS}"
        assert list(finished.snapshots) == [0, 0.125, 0.25, 0.5, *range(1, EPOCHS + 1)]
        assert [report.epoch for report in finished.reports] == list(finished.snapshots)
        assert finished.reports[-1].held_out.elbo > finished.reports[0].held_out.elbo
        assert {path.name for path in (tmp_path / run.run).iterdir() if path.name[0] != "."} == {
            *("job.json", "state.json", "model.pt", "reports.jsonl", "snapshots")
        }


def test_data_that_are_not_there_are_a_sentence(tmp_path: Path) -> None:
    with open_workshop(tmp_path, worker=COMMAND) as workshop:
        run = workshop.start(Job(MODEL, JOB.training, dataset="own-000000000000")).run
        reason = until_state(workshop, run, "failed").reason
        assert reason.endswith(".")
        assert "ended unexpectedly" not in reason
