"""The box of the central codes, and the hole in it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae.measure.draws import judged
from vae.model import checkpoint, ladder
from vae.model.classifier import load_classifier
from vae.plane.box import CENTRAL, HOLE_SIDE, Box, central_box, hole_in
from vae.plane.neighbours import nearest
from vae.serving.passes import draw

NAMES = ["vae", "autoencoder", *(ladder.file(beta).removesuffix(".pt") for beta in ladder.BETAS if beta)]


@pytest.fixture(params=NAMES)
def trained(request: pytest.FixtureRequest) -> checkpoint.Checkpoint:
    return checkpoint.load(request.config.rootpath / "checkpoints" / f"{request.param}.pt")


def inside(box: Box, means: np.ndarray) -> np.ndarray:
    low, high = np.float32([box.left, box.bottom]), np.float32([box.right, box.top])
    return ((means >= low) & (means <= high)).all(axis=1)


@given(seed=st.integers(0, 1000), n=st.integers(11, 400), share=st.floats(0.5, 1), tail=st.floats(1, 30))
def test_the_central_box_holds_its_share_and_as_many_beyond_each_side(seed, n, share, tail) -> None:
    means = np.random.default_rng(seed).standard_t(tail, size=(n, 2)).astype(np.float32)
    box = central_box(means, share)
    held = inside(box, means)
    assert held.mean() >= share - 1e-9
    beyond = [
        (means[:, 0] < box.left).sum(),
        (means[:, 0] > box.right).sum(),
        (means[:, 1] < box.bottom).sum(),
        (means[:, 1] > box.top).sum(),
    ]
    assert max(beyond) <= (1 - share) * n + 1
    for side in range(4):  # one code fewer on every side, and it holds less than its share
        edges = list(box)
        edges[side] = np.nextafter(np.float32(edges[side]), np.float32(-np.inf if side % 2 else np.inf))
        assert inside(Box(*edges), means).sum() == held.sum() - 1


def test_the_central_box_of_trained_codes_leaves_out_the_outlying_ones(
    trained: checkpoint.Checkpoint,
) -> None:
    means = trained.latents.means
    box = trained.latents.central_box
    assert box == central_box(means, CENTRAL)
    assert inside(box, means).mean() == pytest.approx(CENTRAL, abs=0.001)


def test_codes_on_a_line_or_in_one_place_have_a_box_and_a_hole() -> None:
    line = np.stack([np.linspace(-1, 2, 50), np.zeros(50)], axis=1).astype(np.float32)
    for means in (line, np.ones((20, 2), np.float32)):
        box = central_box(means)
        assert box.holds(hole_in(means, box))


@given(seed=st.integers(0, 100), n=st.integers(1, 60))
def test_the_hole_is_the_middle_of_the_widest_disc_without_a_code(seed, n) -> None:
    means = np.random.default_rng(seed).uniform(-1, 1, size=(n, 2)).astype(np.float32)
    box = Box(-1.0, 0.5, -0.75, 1.0)
    found = hole_in(means, box)
    assert found == hole_in(means, box)

    def radius(z1: float, z2: float) -> float:
        to_edge = min(z1 - box.left, box.right - z1, z2 - box.bottom, box.top - z2)
        return min(to_edge, float(np.hypot(*(means.astype(float) - (z1, z2)).T).min()))

    steps = (np.arange(HOLE_SIDE) + 0.5) / HOLE_SIDE
    some = np.random.default_rng(seed).integers(0, HOLE_SIDE, size=(50, 2))
    others = [(box.left + 1.5 * steps[i], box.bottom + 1.75 * steps[j]) for i, j in some]
    assert radius(*found) >= max(radius(*other) for other in others) - 1e-12


def test_in_the_hole_no_code_lives_near_or_nothing_is_named(
    request: pytest.FixtureRequest, trained: checkpoint.Checkpoint
) -> None:
    latents = trained.latents
    assert latents.central_box.holds(latents.hole)
    _, distance = nearest(latents.means, latents.hole, 1)
    judge = load_classifier(request.config.rootpath / "checkpoints" / "classifier.pt").build()
    picture = draw(trained.build(), np.float32([latents.hole]), torch.device("cpu"))
    (verdict,) = judged(picture, judge)
    assert distance[0] > latents.reach or not verdict.named
    if not trained.model_config.variational:  # it opens there
        assert distance[0] > latents.reach
