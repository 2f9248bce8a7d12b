"""Runs wait in order, one trains, and whatever happens to process or server, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.vae.workshop.working import (
    JOB,
    end,
    model_after,
    open_workshop,
    until,
    until_state,
    write_model,
    write_snapshot,
)
from vae.workshop import bounds
from vae.workshop import workshop as module
from vae.workshop.names import hashed
from vae.workshop.workshop import NotYours, Refused, UnknownRun, Workshop


@pytest.fixture
def workshop(tmp_path: Path):
    with open_workshop(tmp_path) as workshop:
        yield workshop


def pid(folder: Path, run: str) -> int:
    began = folder / run / "began"
    until(lambda: began.exists() and began.read_text())
    return int(began.read_text())


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_run_trains_and_the_others_wait_in_order(workshop: Workshop, tmp_path: Path) -> None:
    first, second, third = (workshop.start(JOB) for _ in range(3))
    until_state(workshop, first.run, "training")
    places = [workshop.status(one.run).place for one in (first, second, third)]
    assert places == [0, 1, 2]

    end(tmp_path, first.run)
    until_state(workshop, second.run, "training")
    assert workshop.status(first.run).state == "finished"
    assert workshop.status(third.run).place == 1
    assert not (tmp_path / third.run / "began").exists()
    workshop.command(second.run, second.key, "discard")
    until_state(workshop, third.run, "training")


def test_a_run_that_fails_says_why_in_the_workers_last_words(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB).run
    end(tmp_path, run, 1, "a warning\nThe loss is no number any more: choose a smaller learning rate.")
    assert until_state(workshop, run, "failed").reason == (
        "The loss is no number any more: choose a smaller learning rate."
    )


@pytest.mark.parametrize(
    "said", ["", "Traceback\nModuleNotFoundError: No module named 'x'.", "KeyError: 7", "no sentence"]
)
def test_what_is_no_sentence_for_people_is_not_shown(workshop: Workshop, tmp_path: Path, said: str) -> None:
    run = workshop.start(JOB).run
    end(tmp_path, run, 1, said)
    assert until_state(workshop, run, "failed").reason.startswith("Training ended unexpectedly")


def test_paths_of_this_machine_are_left_out_of_reasons(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB).run
    end(tmp_path, run, 1, f"{tmp_path / run / 'model.pt'} cannot be written: make room for it there.")
    assert until_state(workshop, run, "failed").reason.startswith(f"{run}/model.pt cannot be written")


def test_a_run_is_paused_and_resumed_and_its_process_is_gone_meanwhile(
    workshop: Workshop, tmp_path: Path
) -> None:
    run = workshop.start(JOB)
    process = pid(tmp_path, run.run)
    workshop.command(run.run, run.key, "pause")
    assert not is_alive(process)
    status = workshop.status(run.run)
    assert (status.state, status.place) == ("paused", 0)
    assert status.reason.startswith("Paused")

    (tmp_path / run.run / "began").unlink()
    workshop.command(run.run, run.key, "resume")
    assert pid(tmp_path, run.run) != process
    assert until_state(workshop, run.run, "training").reason == ""


def test_a_process_that_is_killed_leaves_a_run_that_can_be_resumed(
    workshop: Workshop, tmp_path: Path
) -> None:
    run = workshop.start(JOB)
    process = pid(tmp_path, run.run)
    (tmp_path / run.run / ".reports.jsonl.77.partial").write_text("half")
    os.kill(process, signal.SIGKILL)
    assert "ended from outside" in until_state(workshop, run.run, "paused").reason
    assert not list((tmp_path / run.run).glob("*.partial"))
    workshop.command(run.run, run.key, "resume")
    until_state(workshop, run.run, "training")


def test_stopping_keeps_what_was_learned_and_no_more(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB)
    until_state(workshop, run.run, "training")
    write_model(tmp_path / run.run, 2, interrupted=True)
    with_progress = (tmp_path / run.run / "model.pt").stat().st_size
    workshop.command(run.run, run.key, "stop")
    status = workshop.status(run.run)
    assert (status.state, status.model) == ("stopped", f"{run.run}.2")
    found = workshop.find(f"{run.run}.2")
    assert found is not None
    assert found.provenance["epochs"] == 2
    assert found.progress is None
    assert (tmp_path / run.run / "model.pt").stat().st_size < with_progress
    with pytest.raises(Refused, match="Only a training that is paused"):
        workshop.command(run.run, run.key, "resume")


def test_a_discarded_run_is_gone(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB)
    process = pid(tmp_path, run.run)
    workshop.command(run.run, run.key, "discard")
    assert not is_alive(process)
    assert not (tmp_path / run.run).exists()
    with pytest.raises(UnknownRun):
        workshop.status(run.run)
    with pytest.raises(UnknownRun):
        workshop.command(run.run, run.key, "discard")
    assert workshop.find(f"{run.run}.1") is None


@pytest.mark.parametrize("command", ["pause", "resume", "stop", "discard"])
def test_another_key_commands_nothing(workshop: Workshop, tmp_path: Path, command) -> None:
    run, other = workshop.start(JOB), workshop.start(JOB)
    for key in ("", other.key, hashed(run.key), run.key[:-1]):
        with pytest.raises(NotYours):
            workshop.command(run.run, key, command)
    assert workshop.status(run.run).state in ("waiting", "training")


def test_a_key_is_kept_as_a_hash_alone(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB)
    kept = b"".join(file.read_bytes() for file in (tmp_path / run.run).glob("*.json"))
    assert run.key.encode() not in kept
    assert hashed(run.key).encode() in kept


def test_a_run_that_trains_has_no_model_and_a_pulse(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB)
    until_state(workshop, run.run, "training")
    write_model(tmp_path / run.run, 1, interrupted=True)
    (tmp_path / run.run / "pulse.json").write_text('{"epoch": 1.5, "seconds": 3, "seconds_left": 4.5}')
    for index, epoch in enumerate((0, 0.125, 0.25)):
        write_snapshot(tmp_path / run.run, index, epoch)
    status = workshop.status(run.run)
    assert (status.model, status.epoch, status.seconds_left) == (None, 1.5, 4.5)
    assert list(status.snapshots) == [0, 0.125, 0.25]
    workshop.command(run.run, run.key, "pause")
    status = workshop.status(run.run)
    assert (status.model, status.epoch, status.seconds_left) == (f"{run.run}.1", 1, None)


@pytest.mark.parametrize("pulse", ["", "{}", "[]", '{"epoch": "x"}', '{"epoch": null}'])
def test_a_pulse_that_is_none_changes_nothing(workshop: Workshop, tmp_path: Path, pulse: str) -> None:
    run = workshop.start(JOB).run
    until_state(workshop, run, "training")
    (tmp_path / run / "pulse.json").write_text(pulse)
    assert workshop.status(run).epoch == 0


def test_a_model_is_found_by_the_very_epoch_it_has(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB).run
    until_state(workshop, run, "training")
    write_model(tmp_path / run, 1)
    assert workshop.find(f"{run}.1") is not None
    write_model(tmp_path / run, 2)
    assert workshop.find(f"{run}.1") is None
    for name in (run, f"{run}.", f"{run}.02", f"{run}.2.2", "../x.2", "vae", f"{run}.٢", ""):
        assert workshop.find(name) is None


def test_who_waits_and_is_not_there_loses_the_place(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(bounds, "AWAY", 0.2)
    monkeypatch.setattr(module, "GLANCE", 0.02)
    with open_workshop(tmp_path) as workshop:
        first, gone, there = (workshop.start(JOB) for _ in range(3))
        workshop.status(gone.run, key=there.key)  # somebody else looks on
        here = (first, there)
        until(lambda: [workshop.status(one.run, one.key).place for one in here] == [0, 1])
        assert workshop.status(gone.run).state == "paused"
        assert "Nobody was here" in workshop.status(gone.run).reason
        assert workshop.status(first.run).state == "training"


def test_a_training_without_its_owner_makes_way_if_somebody_waits(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(bounds, "AWAY", 0.2)
    monkeypatch.setattr(module, "GLANCE", 0.02)
    with open_workshop(tmp_path) as workshop:
        alone = workshop.start(JOB)
        process = pid(tmp_path, alone.run)
        until(lambda: workshop._away(alone.run) > 0.3)
        threading.Event().wait(0.1)  # several glances
        assert workshop.status(alone.run).state == "training"
        other = workshop.start(JOB)
        until(lambda: workshop.status(other.run, other.key).state == "training")
        assert workshop.status(alone.run).state == "paused"
        assert not is_alive(process)


def test_after_a_restart_runs_are_paused_and_keep_their_owners(tmp_path: Path) -> None:
    with open_workshop(tmp_path) as workshop:
        first, second = workshop.start(JOB), workshop.start(JOB)
        process = pid(tmp_path, first.run)
    assert not is_alive(process)
    with open_workshop(tmp_path) as workshop:
        for one in (first, second):
            status = workshop.status(one.run, one.key)
            assert (status.state, status.place) == ("paused", 0)
            assert "server was started again" in status.reason
        workshop.command(second.run, second.key, "resume")
        until_state(workshop, second.run, "training")


def test_after_a_crash_runs_are_paused_too(tmp_path: Path) -> None:
    with open_workshop(tmp_path) as workshop:
        run = workshop.start(JOB)
        until_state(workshop, run.run, "training")
        states = {file: file.read_bytes() for file in tmp_path.rglob("state.json")}
    for file, content in states.items():  # as a process that was killed leaves them
        file.write_bytes(content)
    (tmp_path / ".abcdefghij.partial").mkdir()  # half removed
    (tmp_path / "abcdefghij").mkdir()  # half made
    with open_workshop(tmp_path) as workshop:
        assert workshop.status(run.run).state == "paused"
        assert {path.name for path in tmp_path.iterdir()} == {run.run, ".lock"}


def test_two_servers_do_not_share_a_folder(workshop: Workshop, tmp_path: Path) -> None:
    run = workshop.start(JOB).run
    until_state(workshop, run, "training")
    with open_workshop(tmp_path) as other, pytest.raises(Refused, match="Another server"):
        other.start(JOB)
    assert workshop.status(run).state == "training"


def test_the_oldest_without_an_owner_goes_when_there_is_no_room(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(bounds, "MOST_RUNS", 3)
    with open_workshop(tmp_path) as workshop:
        runs = [workshop.keep(model_after(1)) for _ in range(3)]
        with pytest.raises(Refused, match="no room"):
            workshop.start(JOB)
        for gone in runs[:2]:
            workshop._seen.pop(gone.run)
        workshop.start(JOB)
        with pytest.raises(UnknownRun):
            workshop.status(runs[0].run)
        assert [workshop.status(one.run).state for one in runs[1:]] == ["uploaded"] * 2


def test_bytes_are_bounded_as_well(tmp_path: Path, monkeypatch) -> None:
    with open_workshop(tmp_path) as workshop:
        old, new = (workshop.keep(model_after(1)) for _ in range(2))
        workshop._seen.pop(old.run)
        monkeypatch.setattr(bounds, "MOST_BYTES", bounds.total(workshop._runs) - 1)
        third = workshop.start(JOB)
        with pytest.raises(UnknownRun):
            workshop.status(old.run)
        assert workshop.status(new.run).model == f"{new.run}.1"
        until_state(workshop, third.run, "training")

        monkeypatch.setattr(bounds, "MOST_BYTES", 0)
        monkeypatch.setattr(module, "WEIGH", 0.0)
        monkeypatch.setattr(module, "GLANCE", 0.02)
        status = until_state(workshop, third.run, "paused")
        assert "disk space" in status.reason


def test_one_visitor_has_few_unfinished_runs(workshop: Workshop) -> None:
    runs = [workshop.start(JOB, "10.0.0.7") for _ in range(bounds.UNFINISHED)]
    with pytest.raises(Refused, match="not finished"):
        workshop.start(JOB, "10.0.0.7")
    workshop.start(JOB, "10.0.0.8")
    workshop.command(runs[0].run, runs[0].key, "stop")
    workshop.start(JOB, "10.0.0.7")


def test_one_visitor_does_not_drive_out_the_others(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(bounds, "EACH", 2)
    with open_workshop(tmp_path) as workshop:
        other = workshop.keep(model_after(1), "10.0.0.8")
        workshop._seen.pop(other.run)
        mine = [workshop.keep(model_after(1), "10.0.0.7") for _ in range(2)]
        with pytest.raises(Refused, match="of your runs are kept"):
            workshop.keep(model_after(1), "10.0.0.7")
        workshop._seen.pop(mine[1].run)
        workshop.keep(model_after(1), "10.0.0.7")
        assert workshop.status(other.run).state == workshop.status(mine[0].run).state == "uploaded"
        with pytest.raises(UnknownRun):
            workshop.status(mine[1].run)


def test_a_model_that_was_brought_along_is_kept(workshop: Workshop) -> None:
    run = workshop.keep(model_after(7))
    status = workshop.status(run.run, run.key)
    assert (status.state, status.model, status.epoch) == ("uploaded", f"{run.run}.7", 7)
    with pytest.raises(Refused):
        workshop.command(run.run, run.key, "resume")


def test_the_shipped_run_is_finished_and_nobody_commands_it(tmp_path: Path) -> None:
    shipped = tmp_path / "history"
    JOB.write(shipped)
    write_model(shipped, 3)
    write_snapshot(shipped, 0, 0)
    with open_workshop(tmp_path / "runs", shipped=shipped) as workshop:
        status = workshop.status("shipped")
        assert (status.state, status.model, list(status.snapshots)) == ("finished", "shipped.3", [0])
        assert workshop.find("shipped.3") is not None
        with pytest.raises(NotYours):
            workshop.command("shipped", "", "discard")
    with open_workshop(tmp_path / "runs", shipped=tmp_path / "none") as workshop, pytest.raises(UnknownRun):
        workshop.status("shipped")


def test_many_threads_start_command_and_look_at_once(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "GLANCE", 0.001)
    with open_workshop(tmp_path) as workshop:
        errors: list[Exception] = []

        def visit() -> None:
            try:
                run = workshop.start(JOB)
                for command in ("pause", "resume", "stop", "discard"):
                    workshop.status(run.run, run.key)
                    workshop.command(run.run, run.key, command)
            except Exception as error:
                errors.append(error)

        visitors = [threading.Thread(target=visit) for _ in range(8)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        assert errors == []
        assert {path.name for path in tmp_path.iterdir()} == {".lock"}


def test_a_worker_ends_with_the_server_that_holds_its_input(tmp_path: Path) -> None:
    code = f"""
import os, pathlib, signal
from tests.vae.workshop.working import JOB, open_workshop, until
folder = pathlib.Path({str(tmp_path)!r})
with open_workshop(folder) as workshop:
    run = workshop.start(JOB).run
    until((folder / run / "began").exists)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    assert killed.returncode == -signal.SIGKILL
    (began,) = tmp_path.rglob("began")
    until(lambda: not is_alive(int(began.read_text())))
