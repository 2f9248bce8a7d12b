"""What a training run does to the files around it: nothing finished is lost, nothing half done stays."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits
from vae.model.checkpoint import load, state_of
from vae.model.files import FileError, held, write_atomically
from vae.training import fitting, runs
from vae.training.fitting import ProgressError
from vae.training.presets import Preset
from vae.training.runs import Run, prepare

CPU = torch.device("cpu")
CONFIG = TrainingConfig(epochs=2, batch_size=100)
PRESET = Preset(ModelConfig(hidden=8, encoder_blocks=0, decoder_blocks=0), CONFIG, "vae.pt")


@pytest.fixture
def few(digits) -> Digits:
    return Digits(digits.images[:100], digits.labels[:100])


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "vae.pt"


def prepared(few: Digits, path: Path, config: TrainingConfig = CONFIG) -> Run:
    return prepare(PRESET, config, (few, few), CPU, path, "python -m vae train")


def finish(run: Run) -> bytes:
    for _ in run.epochs():
        pass
    return run.path.read_bytes()


def stop_after_one(run: Run) -> None:
    epochs = run.epochs()
    next(epochs)
    epochs.close()


def previous(path: Path) -> Path:
    return path.with_name("vae.pt.previous")


def test_a_finished_model_stays_in_place_until_the_new_run_has_written(few, path) -> None:
    before = finish(prepared(few, path))
    run = prepared(few, path, replace(CONFIG, seed=1))
    gradient = run.fit.gradient

    def watched(*arguments):
        assert path.read_bytes() == before
        assert not previous(path).exists()
        return gradient(*arguments)

    run.fit.gradient = watched
    stop_after_one(run)
    assert state_of(path) == "interrupted"
    assert previous(path).read_bytes() == before


def test_a_second_restart_does_not_destroy_the_finished_model(few, path) -> None:
    before = finish(prepared(few, path))
    for seed in (1, 2):
        stop_after_one(prepared(few, path, replace(CONFIG, seed=seed)))
    assert previous(path).read_bytes() == before
    after = finish(prepared(few, path))
    assert previous(path).read_bytes() == before
    finish(prepared(few, path))
    assert previous(path).read_bytes() == after


def test_what_cannot_be_read_is_kept_but_takes_no_finished_models_place(few, path) -> None:
    path.write_bytes(b"somebody's own")
    finish(prepared(few, path))
    assert previous(path).read_bytes() == b"somebody's own"
    after = finish(prepared(few, path))
    path.write_bytes(b"damaged")
    finish(prepared(few, path))
    assert previous(path).read_bytes() != b"damaged"
    assert state_of(previous(path)) == "finished"
    assert len(after) > 0


@pytest.mark.parametrize("there", [False, True])
def test_where_there_is_nothing_to_resume_one_sentence_says_so(few, path, there) -> None:
    if there:
        finish(prepared(few, path))
    with pytest.raises(ProgressError, match=r"^\S+ (is complete|does not exist): there is nothing to resume"):
        prepared(few, path).resume()


def test_other_images_are_not_resumed(few, path) -> None:
    stop_after_one(prepared(few, path))
    others = Digits(few.images[::-1].copy(), few.labels)
    with pytest.raises(ProgressError, match=r"trained on other images: .*--resume\.$"):
        prepared(others, path).resume()
    prepared(few, path).resume()


def test_another_precision_is_not_resumed(few, path, monkeypatch) -> None:
    monkeypatch.setattr(fitting, "bfloat16_pays", lambda device: False)
    stop_after_one(prepared(few, path))
    monkeypatch.setattr(fitting, "bfloat16_pays", lambda device: True)
    sentence = "computed on cpu in float32, this machine would go on with cpu in bfloat16"
    with pytest.raises(ProgressError, match=sentence):
        prepared(few, path).resume()


def test_another_kind_of_device_is_not_resumed(few, path) -> None:
    run = prepared(few, path)
    elsewhere = run.fit.progress() | {"computing": run.fit.computing() | {"device": "cuda"}}
    with pytest.raises(ProgressError, match="computed on cuda"):
        run.fit.restore(elsewhere)


STRANGE = {
    "no settings": lambda progress: progress.pop("settings"),
    "settings as tensors": lambda progress: progress["settings"].update(hidden=torch.ones(2)),
    "a device that is none": lambda progress: progress.update(computing="cuda"),
    "epochs as a text": lambda progress: progress.update(done="1"),
    "more epochs than the run has": lambda progress: progress.update(done=9),
    "seconds that are none": lambda progress: progress.update(seconds=float("nan")),
    "weights of another shape": lambda progress: progress["model"].update(
        {"decoder.first.bias": torch.ones(1)}
    ),
    "another average": lambda progress: progress.update(average={"decoder.first.bias": torch.ones(1)}),
    "moments of another shape": lambda progress: progress["optimiser"]["state"][0].update(
        exp_avg=torch.ones(1)
    ),
    "moments of what is not there": lambda progress: progress["optimiser"]["state"].update({999: {}}),
    "a rate as a text": lambda progress: progress["optimiser"]["param_groups"][0].update(lr="fast"),
    "a schedule with more in it": lambda progress: progress["schedule"].update(step=5),
    "a schedule at another step": lambda progress: progress["schedule"].update(last_epoch=100),
    "no optimiser": lambda progress: progress.update(optimiser=[]),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_state_is_not_resumed(few, path, strange) -> None:
    stop_after_one(prepared(few, path))
    payload = torch.load(path, weights_only=True)
    STRANGE[strange](payload["progress"])
    write_atomically(payload, path)
    with pytest.raises(ProgressError, match=r"(is damaged|other settings): .*--resume\.$"):
        prepared(few, path).resume()


def test_a_file_that_another_process_writes_is_refused(few, path) -> None:
    """A real other process, which is killed: the lock goes with it."""
    code = (
        "import sys; from pathlib import Path; from vae.model.files import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(FileError, match="is being written by another process: wait"):
            next(prepared(few, path).epochs())
        assert not path.exists()
        other.kill()
    next(prepared(few, path).epochs())


def test_what_killed_writers_left_is_swept(few, path) -> None:
    left = path.with_name(".vae.pt.12345.partial")
    foreign = path.with_name(".other.pt.12345.partial")
    for file in (left, foreign):
        file.write_bytes(b"half")
    finish(prepared(few, path))
    assert not left.exists()
    assert foreign.exists()


def test_only_a_file_may_be_written_over(few, path, tmp_path) -> None:
    target = tmp_path / "model.pt"
    before = finish(prepared(few, target))
    path.symlink_to(target)
    for place in (path, tmp_path, Path("/dev/null")):
        with pytest.raises(FileError, match="not a file"):
            next(prepared(few, place).epochs())
    assert path.is_symlink()
    assert target.read_bytes() == before


def test_a_place_that_cannot_be_written_is_found_before_the_first_epoch(few, tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    run = prepared(few, tmp_path / "file" / "vae.pt")
    with pytest.raises(FileError, match=r"cannot be written \(.*\): make room"):
        next(run.epochs())
    assert run.fit.done == 0


def test_a_full_disk_is_found_before_the_first_epoch(few, path) -> None:
    """The system refuses larger files: what is tried is as large as what will be written."""
    resource = pytest.importorskip("resource", reason="Windows has no such limit.")
    finish(prepared(few, path))
    stop_after_one(prepared(few, path))
    run = prepared(few, path)
    assert run.fit.file_size() >= len(path.read_bytes())
    before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (run.fit.file_size() // 2, limits[1]))
    try:
        with pytest.raises(FileError, match="cannot be written"):
            next(run.epochs())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert run.fit.done == 0
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.partial"))


def test_a_model_that_is_finished_meanwhile_is_not_lost(few, path) -> None:
    """Two runs were resumed from one file; the second begins when the first has ended."""
    stop_after_one(prepared(few, path))
    first, second = prepared(few, path), prepared(few, path)
    first.resume()
    second.resume()
    after = finish(first)
    finish(second)
    assert previous(path).read_bytes() == after
    assert load(path).progress is None


def test_the_lock_is_released_when_a_run_ends(few, path) -> None:
    finish(prepared(few, path))
    with held(path):
        assert runs.state_of(path) == "finished"
