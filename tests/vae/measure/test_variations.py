"""Variations: where they come from, and the files they fill."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from vae.datasets.small import small_digits
from vae.measure.variations import arrays, pictures_zip, variations
from vae.model.checkpoint import load
from vae.model.classifier import find_classifier

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"


@pytest.fixture(scope="module")
def model():
    return load(CHECKPOINTS / "ladder" / "beta-2.pt").build()


@pytest.fixture(scope="module")
def judge():
    return find_classifier(CHECKPOINTS, torch.device("cpu"))


def test_the_places_are_the_posteriors_times_the_temperature(model, judge) -> None:
    image = small_digits().images[3]
    cold, warm, hot = (variations(model, image, 4000, heat, None) for heat in (0.0, 1.0, 2.0))
    mean, log_variance = model.encode(torch.from_numpy(image.astype(np.float32) / 255)[None])
    np.testing.assert_allclose(cold.places, np.broadcast_to(mean.numpy(), (4000, 2)), atol=1e-6)
    np.testing.assert_allclose(hot.places - mean.numpy(), 2 * (warm.places - mean.numpy()), atol=1e-5)
    deviation = warm.places.std(axis=0)
    np.testing.assert_allclose(deviation, log_variance.mul(0.5).exp().numpy()[0], rtol=0.05)
    np.testing.assert_allclose(warm.places.mean(axis=0), mean.numpy()[0], atol=4 * deviation.max() / 60)


def test_the_files_hold_what_was_drawn(model, judge) -> None:
    found = variations(model, small_digits().images[3], 5, 1.0, judge)
    with zipfile.ZipFile(io.BytesIO(pictures_zip(found, "How."))) as archive:
        assert archive.read("README.txt") == b"How."
        names = sorted(set(archive.namelist()) - {"README.txt"})
        assert names == [f"00{k}.png" for k in range(5)]
        for name, image in zip(names, found.images, strict=True):
            read = np.asarray(Image.open(io.BytesIO(archive.read(name))))
            np.testing.assert_array_equal(read, image.reshape(28, 28))
    stored = np.load(io.BytesIO(arrays(found, "How.")), allow_pickle=False)
    np.testing.assert_array_equal(stored["images"].reshape(-1, 784), found.images)
    np.testing.assert_array_equal(stored["z"], found.places)
    assert stored["digits"].tolist() == [verdict.digit for verdict in found.verdicts]
    assert str(stored["readme"]) == "How."


def test_without_a_judge_there_are_no_verdicts(model) -> None:
    assert variations(model, small_digits().images[0], 2, 1.0, None).verdicts == []
