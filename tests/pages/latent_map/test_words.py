"""What the map page says of the figures is what the record says."""

from dataclasses import replace

import numpy as np
import pytest

from pages.components.latent_map import words
from vae.measure.draws import Verdict
from vae.model.checkpoint import load


@pytest.mark.parametrize(("error", "exact"), [(None, False), (0.001, True), (0.01, False), (2.0, False)])
def test_log_likelihood_is_called_exact_only_where_the_record_says_so(request, error, exact) -> None:
    checkpoint = load(request.config.rootpath / "checkpoints" / "ladder" / "beta-1.pt")
    figures = {} if error is None else {"log_likelihood_error_nats": error}
    said = words.why_the_figures(replace(checkpoint, figures=figures))
    assert ("exact here" in said) == exact
    assert "{precision}" not in said


@pytest.mark.parametrize(
    ("verdict", "value", "note"),
    [
        (Verdict(5, 0.98, True, 0.01), "a 5", "98 %"),
        (Verdict(8, 0.9, True, 0.1), "an 8", "90 %"),
        (Verdict(3, 0.02, False, 0.977), "no digit", "97 %"),
        (Verdict(8, 0.8999, False, 0.1), "unclear", "perhaps an 8, 89 %"),
    ],
)
def test_a_reading_names_a_digit_only_where_the_classifier_does(verdict, value, note) -> None:
    assert words.reading(verdict) == ("The judge reads", value, note)


def test_a_vote_is_counted_and_nobody_votes_where_no_code_lives() -> None:
    assert words.vote(np.eye(10)[8] * 0.8 + np.eye(10)[3] * 0.2, 50) == (
        "Vote of codes",
        "an 8",
        "40 of the 50 nearest",
    )
    assert words.vote(np.zeros(10), 50) == ("Vote of codes", "no code lives near here", "")


def test_log_likelihood_and_its_bound_have_the_same_sign(request) -> None:
    figures = dict(words.figures(load(request.config.rootpath / "checkpoints" / "vae.pt")))
    assert figures["log p(x)"].startswith("−")
    assert figures["ELBO"].startswith("−")
