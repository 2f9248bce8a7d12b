"""Damaged and hostile checkpoint files: one sentence each, no other exception, little memory, no waiting."""

from __future__ import annotations

import os
import pickle
import socket
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vae.model.test_checkpoint import make, payload_of
from vae.config import ModelConfig
from vae.model.checkpoint import Checkpoint, CheckpointError, kind_of, load, outline, save, state_of
from vae.model.classifier import (
    Classifier,
    ClassifierCheckpoint,
    find_classifier,
    load_classifier,
    save_classifier,
)
from vae.model.files import write_atomically
from vae.serving.decoding import DecoderService

CPU = torch.device("cpu")
ROOT = Path(__file__).parents[3]
Payload = dict[str, Any]
Change = Callable[[Payload], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "vae.pt"
    save(make(hidden=4), target)
    return target


def refusal(path: Path) -> str:
    """The one sentence, of `load` and of a service on the file's folder."""
    with pytest.raises(CheckpointError) as caught:
        load(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300 + 2 * len(str(path))
    service = DecoderService(path.parent, CPU)
    # which tells everybody, and so leaves out where the folder lies
    assert service.problems[path.name] == sentence.replace(f"{path.parent.parent}/", "")
    service.close()
    return sentence


def equal(one: Checkpoint, other: Checkpoint) -> bool:
    return (
        (one.model_config, one.training_config) == (other.model_config, other.training_config)
        and (one.figures, one.provenance, one.progress) == (other.figures, other.provenance, other.progress)
        and one.weights.keys() == other.weights.keys()
        and all(torch.equal(value, other.weights[name]) for name, value in one.weights.items())
        and all(np.array_equal(part, vars(other.latents)[name]) for name, part in vars(one.latents).items())
    )


# -- damage --------------------------------------------------------------------------------------------------


def test_each_record_of_a_file_has_its_checksum(path: Path) -> None:
    """What the next tests rest on: torch writes true ones."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert all(record.compress_type == zipfile.ZIP_STORED for record in file.infolist())


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_flipped_byte_is_found_or_changes_nothing(path: Path, share: float, flip: int) -> None:
    whole, damaged = bytearray(path.read_bytes()), path.with_name("damaged.pt")
    before = load(path)
    whole[int(share * len(whole))] ^= flip
    damaged.write_bytes(whole)
    try:
        after = load(damaged)
    except CheckpointError:
        return
    assert equal(after, before)


def test_a_flipped_byte_of_every_weight_is_found(path: Path) -> None:
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        weights = [record for record in file.infolist() if "/data/" in record.filename]
    for record in weights:
        name, extra = struct.unpack_from("<HH", whole, record.header_offset + 26)
        start = record.header_offset + 30 + name + extra
        damaged = bytearray(whole)
        damaged[start + record.file_size // 2] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(CheckpointError, match="damaged"):
            load(path)


# -- archives ------------------------------------------------------------------------------------------------


def rewritten(
    path: Path, change: Callable[[str, bytes], bytes], compression: int = zipfile.ZIP_STORED
) -> None:
    """The same archive, its records changed."""
    with zipfile.ZipFile(path) as file:
        records = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in records.items():
            file.writestr(name, change(name, content))


def test_compressed_records_are_refused(path: Path) -> None:
    rewritten(path, lambda name, content: content, zipfile.ZIP_DEFLATED)
    assert "damaged or not a checkpoint" in refusal(path)


def test_records_that_lie_on_one_another_are_refused(path: Path) -> None:
    """As in zip bombs: one record's bytes are claimed by many."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data/0", bytes(10_000))
        file.infolist().extend(file.infolist() * 50)
    assert "damaged" in refusal(path)


def test_a_large_pickle_is_refused(path: Path) -> None:
    rewritten(path, lambda name, content: content + bytes(2**19) * name.endswith(".pkl"))
    assert "damaged" in refusal(path)


def test_a_storage_that_is_said_to_be_longer_than_its_record_is_refused(path: Path) -> None:
    rewritten(path, lambda name, content: content[: len(content) // 2] if "/data/" in name else content)
    assert "damaged" in refusal(path)


class Large:
    """A container of a gigabyte in some bytes of pickle: torch builds it gladly."""

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return bytearray, (2**30,)


def test_what_is_not_part_of_a_checkpoint_is_never_built(path: Path) -> None:
    pickled = pickle.dumps(Large(), protocol=2)
    rewritten(path, lambda name, content: pickled if name.endswith(".pkl") else content)
    assert "damaged" in refusal(path)


# -- what a payload says -------------------------------------------------------------------------------------


def change_weights(change: Callable[[torch.Tensor], object]) -> Change:
    def apply(payload: Payload) -> None:
        name = next(iter(payload["weights"]))
        payload["weights"][name] = change(payload["weights"][name])

    return apply


def change_latents(name: str, change: Callable[[torch.Tensor], object]) -> Change:
    return lambda payload: payload["latents"].update({name: change(payload["latents"][name])})


def knot() -> list[Any]:
    """A list that would be 2^60 lists long, if somebody wrote it down."""
    tied: list[Any] = []
    for _ in range(60):
        tied = [tied, tied]
    return tied


def ring() -> list[Any]:
    closed: list[Any] = []
    closed.append(closed)
    return closed


def first_rows(count: int) -> Change:
    def apply(payload: Payload) -> None:
        payload["latents"] = {name: part[:count].clone() for name, part in payload["latents"].items()}

    return apply


STRANGE_ANYWHERE: dict[str, Change] = {
    "sparse": change_weights(torch.Tensor.to_sparse),
    "complex": change_weights(lambda value: value.to(torch.complex64)),
    "double": change_weights(torch.Tensor.double),
    "whole weights": change_weights(torch.Tensor.long),
    "spread views": change_weights(lambda value: torch.zeros(1).expand(10**9)),
    "a weight as a list": change_weights(torch.Tensor.tolist),
    "weights with a gradient": change_weights(lambda value: value.float().requires_grad_()),
    "no dictionary of weights": lambda payload: payload.update(weights=[1, 2]),
    "beta beyond all bounds": lambda payload: payload["training_config"].update(beta=10**300),
    "beta that is none": lambda payload: payload["training_config"].update(beta=torch.nan),
    "epochs as a text": lambda payload: payload["training_config"].update(epochs="20"),
    "a figure that is none": lambda payload: payload["figures"].update(elbo_nats=torch.nan),
    "an absurd figure": lambda payload: payload["figures"].update(elbo_nats=1e300),
    "a figure as a text": lambda payload: payload["figures"].update(elbo_nats="-100"),
    "a figure as a tensor": lambda payload: payload["figures"].update(elbo_nats=torch.ones(3)),
    "a figure without a name": lambda payload: payload["figures"].update({7: 1.0}),
    "a figure with markup for a name": lambda payload: payload["figures"].update({"<b>": 1.0}),
    "listed figures": lambda payload: payload.update(figures=[1.0]),
    "a strange provenance": lambda payload: payload["provenance"].update(seed=[1]),
    "a provenance that is none": lambda payload: payload.update(provenance=None),
    "progress as a text": lambda payload: payload.update(progress="half"),
    "a ring as progress": lambda payload: payload.update(progress=ring()),
    "a knot as progress": lambda payload: payload.update(progress={"model": knot()}),
    "a version that is a tensor": lambda payload: payload.update(version=torch.ones(2)),
    "a format that is a tensor": lambda payload: payload.update(format=torch.ones(2)),
    "a kind that is a list": lambda payload: payload.update(kind=["vae"]),
}

STRANGE_IN_A_VAE: dict[str, Change] = {
    "no latents": first_rows(0),
    "few latents": first_rows(10),
    "labels beyond 9": change_latents("labels", lambda labels: labels + 200),
    "float labels": change_latents("labels", torch.Tensor.float),
    "labels in columns": change_latents("labels", lambda labels: labels[:, None]),
    "whole means": change_latents("means", torch.Tensor.long),
    "half means": change_latents("means", torch.Tensor.half),
    "double means": change_latents("means", torch.Tensor.double),
    "huge means": change_latents("means", lambda means: means * 1e4),
    "means at one place": change_latents("means", lambda means: means * 0 + 1),
    "means in rows": change_latents("means", lambda means: means.T.clone()),
    "no log-variances": change_latents("log_variances", lambda values: values * torch.nan),
    "infinite variances": change_latents("log_variances", lambda values: values + torch.inf),
    "listed means": change_latents("means", torch.Tensor.tolist),
    "more latents": lambda payload: payload["latents"].update({"more": torch.zeros(1)}),
    "hidden as a fraction": lambda payload: payload["model_config"].update(hidden=4.0),
    "hidden as a truth": lambda payload: payload["model_config"].update(hidden=True),
    "hidden beyond all bounds": lambda payload: payload["model_config"].update(hidden=10**300),
    "hidden as a tensor": lambda payload: payload["model_config"].update(hidden=torch.ones(3)),
    "a knot as the encoder": lambda payload: payload["model_config"].update(encoder=knot()),
    "many places": lambda payload: payload["model_config"].update(encoder="lookup", places=10_946),
    "an unknown setting": lambda payload: payload["model_config"].update(colour="red"),
    "a class without a name": lambda payload: payload.update(classes=["", "dog"]),
    "a class with an invisible name": lambda payload: payload.update(classes=["cat", "\u202e"]),
    "a class with a long name": lambda payload: payload.update(classes=["cat", "d" * 61]),
    "a class twice": lambda payload: payload.update(classes=["cat"] * 10),
    "a text for classes": lambda payload: payload.update(classes="0123456789"),
    "numbers for classes": lambda payload: payload.update(classes=list(range(10))),
    "eleven classes": lambda payload: payload.update(classes=list("0123456789a")),
    "fewer classes than labels": lambda payload: payload.update(classes=["cat", "dog"]),
    "labels without classes": lambda payload: payload.update(classes=[]),
    "a data set without a name": lambda payload: payload.update(dataset=7),
    "a setting without a name": lambda payload: payload["model_config"].update({3: 4}),
}
STRANGE = STRANGE_ANYWHERE | STRANGE_IN_A_VAE


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_part_is_refused_in_one_sentence(path: Path, strange: str) -> None:
    payload = payload_of(path)
    STRANGE[strange](payload)
    write_atomically(payload, path)
    refusal(path)
    kind_of(path)
    state_of(path)


@pytest.mark.parametrize("strange", STRANGE_ANYWHERE)
def test_so_it_is_in_a_classifier(tmp_path: Path, strange: str) -> None:
    path, weights = tmp_path / "classifier.pt", Classifier().state_dict()
    save_classifier(ClassifierCheckpoint(make().training_config, weights, {}, {"seed": 0}), path)
    payload = payload_of(path)
    STRANGE[strange](payload)
    write_atomically(payload, path)
    with pytest.raises(CheckpointError, match=str(path)):
        load_classifier(path)
    assert find_classifier(tmp_path, CPU) is None


# -- memory --------------------------------------------------------------------------------------------------

LOADING = """
import resource, sys
from pathlib import Path
from vae.model.checkpoint import CheckpointError, load
load(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    load(Path(sys.argv[2]))
except CheckpointError:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def spread_views(config: ModelConfig) -> dict[str, torch.Tensor]:
    """All weights of a network, as views of a single number."""
    number = torch.zeros(1).half()
    return {name: number.expand(value.shape) for name, value in outline(config).state_dict().items()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the most memory a process had")
@pytest.mark.parametrize(
    "config",
    [
        ModelConfig(hidden=1024, encoder_blocks=12, decoder_blocks=12),
        ModelConfig(encoder="lookup", places=4181),
    ],
    ids=["wide", "many places"],
)
def test_a_small_file_takes_little_memory(path: Path, config: ModelConfig) -> None:
    payload = payload_of(path)
    payload |= {"model_config": asdict(config), "weights": spread_views(config)}
    hostile = path.with_name("hostile.pt")
    write_atomically(payload, hostile)
    assert hostile.stat().st_size < 200_000
    command = [sys.executable, "-c", LOADING, str(path), str(hostile)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert float(told.stdout) < 200  # MB


# -- what is no file -----------------------------------------------------------------------------------------


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's whole path may be too long for the system
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("thing", [pipe, folder, device, listening, loop])
def test_what_is_no_file_is_a_problem_and_nobody_waits(tmp_path: Path, thing: Callable[[Path], None]) -> None:
    path = tmp_path / "vae.pt"
    thing(path)
    assert "file" in refusal(path) or "cannot be read" in refusal(path)
    assert kind_of(path) == "vae"
    assert state_of(path) == "absent"
    thing(tmp_path / "classifier.pt")
    assert find_classifier(tmp_path, CPU) is None
