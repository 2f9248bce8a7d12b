"""Training side by side with the loop of tutorials: that both train, and what is told of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from vae.bench import training
from vae.history.recipes import RECIPES

CPU = torch.device("cpu")


def test_an_item_is_the_picture_in_unit_range_and_its_label(digits) -> None:
    items = training.Pictures(digits)
    assert len(items) == len(digits.labels)
    for index in (0, 7, len(items) - 1):
        image, label = items[index]
        assert image.shape == (1, 28, 28)
        assert torch.equal(image.flatten(), torch.from_numpy(digits.images[index]).float() / 255)
        assert label == digits.labels[index]


def test_the_common_loop_learns(digits) -> None:
    job = RECIPES["vae"]
    torch.manual_seed(0)
    loop = training.common_loop(replace(job.model, hidden=32), job.training, digits, CPU)
    first, *_, last = (next(loop) for _ in range(4))
    assert last < first - 50


def test_a_small_run_tells_both_speeds_and_their_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "TURNS", 3)
    monkeypatch.setattr(training, "STEPS", 2)
    figures = json.loads(json.dumps(training.run(), allow_nan=False))
    assert [row["recipe"] for row in figures["training"]] == ["vae", "lecture"]
    text = training.as_text(figures)
    for row in figures["training"]:
        low, high = row["ratio_quartiles"]
        assert 0 < low <= row["ratio"] <= high
        assert row["images_per_second"] > 0
        assert f"{row['common_loop_images_per_second']:,}" in text
