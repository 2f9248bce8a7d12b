import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vae.config import ModelConfig, TrainingConfig
from vae.model.checkpoint import (
    Checkpoint,
    CheckpointError,
    Latents,
    as_stored,
    kind_of,
    load,
    save,
)
from vae.model.files import write_atomically
from vae.model.network import VAE


def make(hidden: int = 8) -> Checkpoint:
    config = ModelConfig(hidden=hidden, encoder_blocks=1, decoder_blocks=1)
    generator = np.random.default_rng(0)
    latents = Latents(
        generator.normal(size=(20, 2)).astype(np.float32),
        generator.normal(size=(20, 2)).astype(np.float32),
        generator.integers(0, 10, 20).astype(np.uint8),
    )
    torch.manual_seed(0)
    weights = VAE(config).state_dict()
    return Checkpoint(config, TrainingConfig(), weights, latents, {"elbo_nats": -140.5}, {"seed": 0})


@pytest.fixture
def path(tmp_path) -> Path:
    target = tmp_path / "vae.pt"
    save(make(), target)
    return target


@pytest.mark.parametrize("classes", [("cat", "dog", "Ankle boot"), ()])
def test_names_of_classes_survive_and_bound_the_labels(tmp_path, classes) -> None:
    made = make()
    labels = made.latents.labels % max(len(classes), 1)
    latents = replace(made.latents, labels=labels.astype(np.uint8))
    save(replace(made, latents=latents, dataset="own-0123456789ab", classes=classes), tmp_path / "own.pt")
    found = load(tmp_path / "own.pt")
    assert (found.dataset, found.classes) == ("own-0123456789ab", classes)
    ends = found.latents.shown_pairs
    assert (ends[:, 0] != ends[:, 1]).all()
    assert ((labels[ends[:, 0]] != labels[ends[:, 1]]) == bool(classes)).all()


def test_everything_survives_the_round_trip(path) -> None:
    before, after = make(), load(path)
    assert after.model_config == before.model_config
    assert after.training_config == before.training_config
    assert after.figures == before.figures
    assert after.provenance == before.provenance
    assert after.progress is None
    np.testing.assert_array_equal(after.latents.means, before.latents.means)
    np.testing.assert_array_equal(after.latents.log_variances, before.latents.log_variances)
    np.testing.assert_array_equal(after.latents.labels, before.latents.labels)
    z = torch.randn(3, 2)
    kept = replace(before, weights=as_stored(before.weights))
    assert torch.equal(after.build().decode(z), kept.build().decode(z))
    torch.testing.assert_close(after.build().decode(z), before.build().decode(z), rtol=0, atol=5e-3)


def test_build_is_in_evaluation_mode_and_frozen(path) -> None:
    model = load(path).build()
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_reading_and_building_draw_no_random_weights(path) -> None:
    """Which would only be overwritten, and take most of the time."""
    torch.manual_seed(5)
    before = torch.get_rng_state()
    load(path).build()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("encoder", [{"encoder": "mlp"}, {"encoder": "lookup", "places": 89}])
def test_a_model_is_whole_and_all_of_it_on_its_device(encoder) -> None:
    """Buffers, too, that the file does not hold because they follow from the configuration."""
    config = replace(make().model_config, **encoder)
    built = VAE(config)
    checkpoint = replace(make(), model_config=config, weights=built.state_dict())
    images = torch.rand(3, 784)
    torch.testing.assert_close(checkpoint.build().encode(images), built.eval().encode(images))
    elsewhere = checkpoint.build("meta")
    assert {tensor.device.type for tensor in (*elsewhere.parameters(), *elsewhere.buffers())} == {"meta"}


def test_a_model_has_weights_of_its_own(path) -> None:
    checkpoint = load(path)
    model = checkpoint.build()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    assert any(value.any() for value in checkpoint.weights.values())
    assert checkpoint.build().decode(torch.zeros(1, 2)).abs().sum() > 0


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_its_size_is_that_of_the_built_model(part) -> None:
    checkpoint = make()
    parameters = getattr(checkpoint.build(), part).parameters()
    assert checkpoint.size(part) == sum(parameter.numel() for parameter in parameters)


def test_with_figures_keeps_and_replaces(path) -> None:
    assert load(path).with_figures({"elbo_nats": -1.0, "kl_nats": 2.0}).figures == {
        "elbo_nats": -1.0,
        "kl_nats": 2.0,
    }


def refusal(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        load(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "python -m vae train" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_setting_that_a_file_does_not_have_is_its_default(path) -> None:
    payload = torch.load(path, weights_only=True)
    del payload["model_config"]["convolutional"]
    write_atomically(payload, path)
    assert load(path).model_config.convolutional is False


def test_a_missing_file_is_refused(tmp_path) -> None:
    assert "does not exist" in refusal(tmp_path / "vae.pt")


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("vae.pt", "make it again with `python -m vae train --preset vae --out {file}`"),
        ("autoencoder.pt", "make it again with `python -m vae train --preset autoencoder --out {file}`"),
        ("classifier.pt", "make it again with `python -m vae train --preset classifier --out {file}`"),
        (
            "ladder/beta-4.pt",
            "make it again with `python -m vae train --preset ladder --beta=4 --out {folder}`",
        ),
        ("beta-4.pt", "train a new VAE in its place with `python -m vae train --preset vae --out {file}`"),
        ("my vae.pt", "train a new VAE in its place with `python -m vae train --preset vae --out '{file}'`"),
    ],
)
def test_the_advice_is_the_command_that_makes_this_file(tmp_path, file, command) -> None:
    path = tmp_path / file
    assert refusal(path).endswith(f", or {command.format(file=path, folder=tmp_path)}.")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(share=st.floats(0, 0.999))
def test_a_truncated_file_is_refused(path, share) -> None:
    whole = path.read_bytes()
    damaged = path.with_name("autoencoder.pt")
    damaged.write_bytes(whole[: int(len(whole) * share)])
    refusal(damaged)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200))
def test_garbage_is_refused(path, content) -> None:
    garbage = path.with_name("garbage.pt")
    garbage.write_bytes(content)
    refusal(garbage)


@pytest.mark.parametrize("number", [torch.nan, torch.inf])
def test_weights_that_are_no_numbers_are_refused(path, number) -> None:
    checkpoint = load(path)
    weights = dict(checkpoint.weights)
    name = next(iter(weights))
    weights[name] = torch.full_like(weights[name], number)
    save(replace(checkpoint, weights=weights), path)
    refusal(path)


def test_a_foreign_file_is_refused(path) -> None:
    torch.save({"state_dict": {}}, path)
    assert "not written by Latent Atlas" in refusal(path)


def test_a_pickle_with_code_in_it_is_refused_without_running_it(path, tmp_path) -> None:
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "evil"),)

    torch.save(Evil(), path)
    assert "damaged or not a checkpoint" in refusal(path)
    assert not (tmp_path / "evil").exists()


def payload_of(path: Path) -> dict:
    return torch.load(path, weights_only=True)


def test_another_version_is_refused(path) -> None:
    write_atomically({**payload_of(path), "version": 2}, path)
    assert "version 2" in refusal(path)


@pytest.mark.parametrize("part", ["weights", "latents", "model_config", "figures"])
def test_a_missing_part_is_refused(path, part) -> None:
    payload = payload_of(path)
    del payload[part]
    write_atomically(payload, path)
    refusal(path)


def test_weights_that_do_not_fit_the_configuration_are_refused(path) -> None:
    payload = payload_of(path)
    payload["model_config"]["hidden"] = 9
    write_atomically(payload, path)
    assert "do not fit" in refusal(path)


def test_another_kind_is_refused_and_can_be_asked_for(path) -> None:
    assert kind_of(path) == "vae"
    write_atomically({**payload_of(path), "kind": "classifier"}, path)
    assert kind_of(path) == "classifier"
    with pytest.raises(CheckpointError, match="classifier, not a vae"):
        load(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_latent_means_must_be_numbers(bad) -> None:
    means = np.array([[0.0, bad]], np.float32)
    with pytest.raises(ValueError, match="not numbers"):
        Latents(means, np.zeros((1, 2), np.float32), np.zeros(1, np.uint8))


def test_latents_must_have_one_length() -> None:
    with pytest.raises(ValueError, match="length"):
        Latents(np.zeros((2, 2), np.float32), np.zeros((1, 2), np.float32), np.zeros(2, np.uint8))


def test_a_failed_write_leaves_the_old_file_and_no_other(path, monkeypatch) -> None:
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        save(make(16), path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["vae.pt"]


def test_kill_at_any_moment_leaves_a_readable_file(path) -> None:
    """A process that rewrites the file without pause is killed again and again."""
    script = textwrap.dedent(
        """
        import os
        import sys
        from pathlib import Path
        from tests.vae.model.test_checkpoint import make
        from vae.model.checkpoint import save
        while True:  # a new process each time, without importing torch again
            child = os.fork()
            if child == 0:
                while True:
                    save(make(), Path(sys.argv[1]))
            print(child, flush=True)
            print(os.waitpid(child, 0)[1], flush=True)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            for attempt in range(10):
                writer = int(process.stdout.readline())
                stamp = path.stat().st_mtime_ns
                while path.stat().st_mtime_ns == stamp:  # at least one write has happened
                    os.kill(writer, 0)  # raises if the writing process ended by itself
                    time.sleep(0.001)
                time.sleep(0.003 * attempt)  # spread the kills over the phases of a write
                os.kill(writer, signal.SIGKILL)
                assert int(process.stdout.readline()) == signal.SIGKILL
                load(path)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
