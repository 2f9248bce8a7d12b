"""Where an image's scores lie among the digits', in words; and what the browser gets to draw."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pages.components.one_digit.belonging import LEAST_INK, STRANGERS, Own, Score, compared, ground, said
from tests.pages.one_digit.given import scores
from vae.data import binarised_test_images, load_mnist

SCORES = scores()
GROUND = ground(SCORES)


def likelihood() -> Score:
    assert GROUND.log_likelihood is not None
    return GROUND.log_likelihood


def test_a_histogram_counts_every_digit_once() -> None:
    for score in (likelihood(), GROUND.reconstruction):
        assert sum(score.counts) == 10_000
        low, high = score.range
        edges = np.linspace(low, high, len(score.counts) + 1)
        inside, _ = np.histogram(score.digits, edges)
        assert score.counts[1:-1] == inside[1:-1].tolist()


@pytest.mark.parametrize("strangers", STRANGERS)
def test_the_areas_are_scikit_learns_with_the_better_score_for_what_belongs(strangers: str) -> None:
    for values, score, better in (
        (SCORES.log_likelihood, likelihood(), 1),
        (SCORES.reconstruction, GROUND.reconstruction, -1),
    ):
        both = better * np.concatenate([values["test"], values[strangers]])
        belongs = np.arange(len(both)) < 10_000
        curve = score.curves[strangers]
        assert curve["area"] == pytest.approx(roc_auc_score(belongs, both), abs=1e-4)
        assert (curve["x"][0], curve["y"][0], curve["x"][-1], curve["y"][-1]) == (0, 0, 1, 1)
        drawn = np.trapezoid(curve["y"], curve["x"])  # what is left out of the curve is not missed
        assert drawn == pytest.approx(curve["area"], abs=2e-3)


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (0.0, "Less than every test digit."),
        (0.04, "More than 0.04 % of the test digits."),
        (37.2, "More than 37 % of the test digits."),
        (99.96, "More than 99.96 % of the test digits."),
        (100.0, "More than every test digit."),
    ],
)
def test_a_percentile_is_said_in_words(percent: float, words: str) -> None:
    assert compared(percent, "More than", "Less than") == words


def test_an_image_is_ranked_among_the_digits() -> None:
    words = said(GROUND, Own(-130.0, 120.0, 100))
    likelier = 100 * (SCORES.log_likelihood["test"] < -130).mean()
    worse = 100 * (SCORES.reconstruction["test"] < 120).mean()
    assert words["log_likelihood"] == f"More likely than {likelier:.0f} % of the test digits."
    assert words["reconstruction"] == f"A larger error than {worse:.0f} % of the test digits."


def test_a_blank_image_that_seems_likely_is_called_a_failure() -> None:
    blank, sparse_but_unlikely, usual = Own(-20, 15, 0), Own(-200, 190, 0), Own(-20, 15, LEAST_INK)
    assert "Nalisnick" in said(GROUND, blank)["log_likelihood"]
    assert "Nalisnick" not in said(GROUND, sparse_but_unlikely)["log_likelihood"]
    assert "Nalisnick" not in said(GROUND, usual)["log_likelihood"]


def test_no_test_digit_has_as_little_ink_as_what_is_called_a_failure(mnist: Path) -> None:
    import torch

    binary = binarised_test_images(torch.from_numpy(load_mnist("test", mnist).images))
    assert int(binary.sum(dim=1).min()) == LEAST_INK


def test_an_autoencoder_has_its_error_alone() -> None:
    only = ground(scores(variational=False))
    assert only.log_likelihood is None
    words = said(only, Own(None, 120, 100))
    assert words["log_likelihood"].startswith("An autoencoder has no prior")
    assert re.fullmatch(r"A larger error than \d+ % of the test digits\.", words["reconstruction"])
