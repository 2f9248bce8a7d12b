"""The questions of the training page: which answer is right follows from the run's own figures."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.training.questions import QUESTIONS
from vae.history.reports import Losses, Report

FINITE = st.floats(-1000, 1000)


def reports(held_out: Sequence[tuple[float, float | None]]) -> list[Report]:
    """One report an epoch, from 0 on, of (reconstruction, KL divergence) of the held-out images."""
    found = []
    for epoch, (cost, kl) in enumerate(held_out):
        losses = Losses(cost, kl, None if kl is None else -cost - kl)
        found.append(Report(float(epoch), losses, losses, 1.0, float(epoch), 0.0))
    return found


SHIPPED = reports([(540, 0), (160, 5), (140, 6)])


@pytest.mark.parametrize(
    ("recipe", "held_out", "right", "said"),
    [
        ("vae", [(500, 0), (200, 0), (100, 0)], "first", "by epoch 1."),
        ("vae", [(500, 0), (450, 0), (400, 0), (100, 0)], "early", "by epoch 3."),
        ("vae", [(500, 0)] * 7 + [(100, 0)], "late", "by epoch 7."),
        ("autoencoder", [(540, None), (130, None)], "plain", "130.0 nats, the VAE’s 140.0."),
        ("autoencoder", [(540, None), (150, None)], "vae", "150.0 nats"),
        ("autoencoder", [(540, None), (140.5, None)], "same", "140.5 nats"),
        ("collapse", [(540, 0.1), (210, 3), (205, 0.02)], "zero", "0.02 nats"),
        ("collapse", [(540, 0.1), (210, 3), (205, 1)], "falls", "1.00 nats"),
        ("collapse", [(540, 0.1), (210, 3), (150, 6)], "grows", "6.00 nats"),
        ("annealed", [(540, 0), (150, 20), (150, 8), (150, 6)], "early", "at epoch 1, with 20.0 nats"),
        ("annealed", [(540, 0), (150, 2), (150, 8), (150, 9)], "late", "at epoch 3"),
        ("conv", [(540, 0), (130, 6)], "higher", "−136.0 nats, that of the recorded run at −146.0."),
        ("conv", [(540, 0), (150, 6)], "lower", "−156.0 nats"),
        ("batch-norm", [(540, 0), (140, 6.5)], "same", "−146.5 nats"),
        ("lecture", [(540, 0), (140, 6)], "same", "−146.0 for held-out ones."),
    ],
)
def test_the_right_answer(
    recipe: str, held_out: list[tuple[float, float | None]], right: str, said: str
) -> None:
    found, sentence = QUESTIONS[recipe].answer(reports(held_out), SHIPPED)
    assert found == right
    assert said in sentence


@given(st.lists(st.tuples(FINITE, st.none() | st.floats(0, 1000)), min_size=2, max_size=8))
def test_every_run_has_an_answer_among_the_choices(held_out: list[tuple[float, float | None]]) -> None:
    for question in QUESTIONS.values():
        right, sentence = question.answer(reports(held_out), SHIPPED)
        assert right in question.choices
        assert len(sentence.split()) <= 20
        assert sentence.endswith(".")
