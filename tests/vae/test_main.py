"""The command line on real MNIST, in its own process where signals are meant."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from vae import __main__ as cli
from vae.commands import train
from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits
from vae.datasets.dataset import MNIST, Dataset
from vae.datasets.shelf import load_dataset
from vae.measure import evaluation
from vae.model import ladder
from vae.model.checkpoint import Checkpoint, load
from vae.training.presets import PRESETS, Preset

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tiny(monkeypatch) -> None:
    """The real command with a network small enough to train in seconds."""
    config = TrainingConfig(epochs=2, batch_size=1000)
    monkeypatch.setitem(PRESETS, "vae", Preset(ModelConfig(hidden=16), config, "vae.pt"))


def test_train_evaluate_and_record(mnist, tmp_path, tiny, capsys, monkeypatch) -> None:
    out = tmp_path / "vae.pt"
    assert cli.main(["train", "--data", str(mnist), "--out", str(out), "--seed", "3"]) == 0
    checkpoint = load(out)
    assert checkpoint.progress is None
    assert checkpoint.provenance["seed"] == 3
    assert checkpoint.provenance["training_images"] == 60_000
    assert checkpoint.provenance["command"] == "python -m vae train --preset vae --seed=3"
    assert len(checkpoint.latents.labels) == 10_000
    assert str(tmp_path) not in str(checkpoint.provenance)

    quick = type(
        "E", (), {"log_likelihood": -200.0, "check": -200.0, "spacing": 0.04, "error": 0.0, "radius": 5.5}
    )
    monkeypatch.setattr("vae.measure.evaluation.converged_log_likelihood", lambda *_, **__: quick)
    monkeypatch.setattr(evaluation, "FULL", evaluation.FULL._replace(draws=500))
    capsys.readouterr()
    assert cli.main(["evaluate", str(out), "--data", str(mnist), "--json", "--record"]) == 0
    printed = json.loads(capsys.readouterr().out)
    expected = {"reconstruction_nats", "kl_nats", "elbo_nats", "log_likelihood_nats"}
    assert expected | {"log_likelihood_check_nats", "knn_accuracy"} <= set(printed)
    assert printed["elbo_nats"] == pytest.approx(-(printed["reconstruction_nats"] + printed["kl_nats"]))
    assert load(out).figures["elbo_nats"] == printed["elbo_nats"]


def test_a_finished_checkpoint_is_kept_beside_the_new_one(mnist, tmp_path, tiny, capsys) -> None:
    out = tmp_path / "vae.pt"
    assert cli.main(["train", "--data", str(mnist), "--out", str(out), "--epochs", "1"]) == 0
    before = out.read_bytes()
    assert cli.main(["train", "--data", str(mnist), "--out", str(out), "--epochs", "1"]) == 0
    assert (tmp_path / "vae.pt.previous").read_bytes() == before
    assert cli.main(["train", "--data", str(mnist), "--out", str(out), "--epochs", "1", "--resume"]) == 1
    assert "complete" in capsys.readouterr().err


def few_digits(options) -> Dataset:
    """Every tenth of MNIST's digits, where it does not matter how many there are."""
    whole = load_dataset(MNIST, Path(options.data))
    train, test = (
        Digits(part.images[::10].copy(), part.labels[::10].copy()) for part in (whole.train, whole.test)
    )
    return Dataset(MNIST, "MNIST", train, test)


def make_short(patch: pytest.MonkeyPatch) -> None:
    """Four short epochs for the preset "vae", in this process."""
    preset = Preset(ModelConfig(hidden=16), TrainingConfig(epochs=4, batch_size=1000), "vae.pt")
    patch.setitem(PRESETS, "vae", preset)
    patch.setattr(train, "dataset", few_digits)


SCRIPT = """
import signal
import sys

import pytest
import torch

from tests.vae.test_main import cli, make_short, train

make_short(pytest.MonkeyPatch())
torch.set_num_threads(1)
describe = train.describe_epoch

def pausing(report):
    if report.epoch == 2:
        print("paused", flush=True)
        sys.stdin.readline()
    return describe(report)

train.describe_epoch = pausing
# as at a terminal, also where the shell that started the tests ignores it, as it does in the background
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def short(monkeypatch) -> Iterator[None]:
    """Runs as short as the interrupted one, and on one thread like it, so that sums come out alike."""
    make_short(monkeypatch)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def trained(mnist: Path, out: Path, *more: str) -> Checkpoint:
    assert cli.main(["train", "--data", str(mnist), "--out", str(out), *more]) == 0
    return load(out)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_is_readable_and_resumes_to_the_same_figures(mnist, tmp_path, short, stop) -> None:
    """The run is held after its second epoch until the signal comes, however busy the machine is."""
    out, pipe = tmp_path / "vae.pt", subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "train", "--data", str(mnist), "--out", str(out)],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        paused = "paused\n" in process.stdout  # reads up to that line, or to the end of a run that failed
        process.send_signal(stop)
        _, errors = process.communicate()
    assert paused, errors
    assert process.returncode != 0
    if stop == signal.SIGINT:
        assert "--resume" in errors
    stopped = load(out)
    assert stopped.progress is not None
    assert stopped.progress["done"] == 2

    resumed, whole = trained(mnist, out, "--resume"), trained(mnist, tmp_path / "whole.pt")
    assert resumed.progress is None
    assert resumed.weights.keys() == whole.weights.keys()
    assert all(value.equal(whole.weights[name]) for name, value in resumed.weights.items())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["evaluate", "nowhere.pt"], "nowhere.pt does not exist"),
        (["train", "--beta", "-1"], "beta"),
        (["train", "--epochs", "0"], "epochs must lie between 1 and"),
    ],
)
def test_mistakes_are_answered_with_one_sentence(arguments, sentence, capsys) -> None:
    assert cli.main(arguments) == 1
    error = capsys.readouterr().err.strip()
    assert sentence in error
    assert len(error.splitlines()) == 1


def test_a_wrong_device_is_answered_with_one_sentence(mnist, monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("LATENT_ATLAS_DEVICE", "abacus")
    assert cli.main(["train", "--data", str(mnist), "--out", str(tmp_path / "vae.pt")]) == 1
    assert "abacus" in capsys.readouterr().err


def test_a_rung_that_the_ladder_does_not_have_is_refused_in_one_sentence(mnist, tmp_path, capsys) -> None:
    words = ["train", "--preset", "ladder", "--beta", "3", "--data", str(mnist), "--out", str(tmp_path)]
    assert cli.main(words) == 1
    assert capsys.readouterr().err.startswith("The ladder has no rung beta = 3; it has 0, 0.1, 0.25")
    assert list(tmp_path.iterdir()) == []


def test_the_ladder_goes_on_where_it_was_stopped(mnist, tmp_path, capsys, monkeypatch) -> None:
    """Complete rungs stay; a stopped one is taken up; missing, damaged and other ones are made."""
    monkeypatch.setattr(ladder, "training_order", lambda: [0.0, 1.0, 2.0])
    monkeypatch.setattr(train, "dataset", few_digits)
    monkeypatch.setitem(
        PRESETS,
        "autoencoder",
        Preset(
            ModelConfig(variational=False, hidden=16),
            TrainingConfig(epochs=2, batch_size=1000),
            ladder.file(0),
        ),
    )
    files = {beta: tmp_path / ladder.file(beta) for beta in (0, 1, 2)}
    words = ["train", "--preset", "ladder", "--data", str(mnist), "--out", str(tmp_path), "--epochs", "2"]
    assert cli.main([*words, "--beta", "0"]) == 0
    before = files[0].read_bytes()
    with monkeypatch.context() as stopping:
        stopping.setattr(train, "finish", lambda run: next(run.epochs()))
        assert cli.main([*words, "--beta", "1"]) == 0
    assert load(files[1]).progress is not None
    files[2].write_bytes(b"damaged")
    capsys.readouterr()
    assert cli.main([*words, "--resume"]) == 0
    rung_1, _, rung_2 = capsys.readouterr().out.partition(f"Wrote {files[1]}")
    assert ("epoch   1/2" in rung_1, "epoch   1/2" in rung_2) == (False, True)
    assert files[0].read_bytes() == before
    for beta in (1, 2):
        rung = load(files[beta])
        assert rung.progress is None
        assert rung.training_config.beta == beta
        assert rung.provenance["command"] == f"{ladder.command(beta)} --epochs=2"
    assert cli.main([*words, "--resume", "--seed", "7"]) == 0
    assert [load(file).training_config.seed for file in files.values()] == [7, 7, 7]
