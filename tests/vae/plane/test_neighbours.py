import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from vae.model.checkpoint import load
from vae.model.ladder import BETAS
from vae.plane import neighbours


@given(n=st.integers(1, 40), k=st.integers(1, 50), seed=st.integers(0, 100))
def test_nearest_agrees_with_sorting_everything(n, k, seed) -> None:
    generator = np.random.default_rng(seed)
    means = generator.normal(size=(n, 2)).astype(np.float32)
    z = generator.normal(size=2).astype(np.float32)
    index, distance = neighbours.nearest(means, z, k)
    oracle = np.sort(np.hypot(*(means.astype(float) - z).T))[:k]
    np.testing.assert_allclose(distance, oracle, rtol=1e-9)
    np.testing.assert_allclose(np.hypot(*(means[index].astype(float) - z).T), distance)


def test_digits_of_a_label_begin_with_the_typical_one_and_occur_once() -> None:
    means = np.array([[9, 9], [0, 0], [1, 1], [5, -5], [2, 2], [1.1, 1]], dtype=np.float32)
    labels = np.array([4, 3, 3, 4, 3, 3], dtype=np.uint8)
    # the median of the threes is (1.05, 1)
    assert neighbours.digits_of(means, labels, 3).tolist() in ([2, 4, 5, 1], [5, 1, 2, 4])
    assert neighbours.digits_of(means, labels, 4).tolist() in ([0, 3], [3, 0])
    assert neighbours.digits_of(means, labels, 7).tolist() == []


@given(seed=st.integers(0, 100), index=st.integers(0, 29))
def test_a_digit_is_found_at_its_own_rounded_mean_and_nowhere_else(seed, index) -> None:
    means = np.random.default_rng(seed).normal(size=(30, 2)).astype(np.float32)
    found = neighbours.digit_at(means, [round(float(z), 4) for z in means[index]])
    assert found == index
    assert neighbours.digit_at(means, means[index] + [0.001, 0]) in (None, *np.delete(np.arange(30), index))


def test_class_shares_count_labels() -> None:
    shares = neighbours.class_shares(np.array([3, 3, 3, 8], dtype=np.uint8))
    assert shares[3] == 0.75
    assert shares[8] == 0.25
    assert shares.sum() == 1


@given(seed=st.integers(0, 100), n=st.integers(2, 300), scale=st.floats(0.01, 100))
def test_reach_is_what_all_but_one_in_a_hundred_codes_have_a_neighbour_within(seed, n, scale) -> None:
    means = (scale * np.random.default_rng(seed).normal(size=(n, 2))).astype(np.float32)
    gaps = np.linalg.norm(means[:, None].astype(float) - means[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    wanted = max(np.quantile(gaps.min(axis=1), 1 - neighbours.ALONE), 1e-4)
    np.testing.assert_allclose(neighbours.reach(means), wanted, rtol=1e-5)


def test_reach_of_many_codes_is_measured_at_some_of_them() -> None:
    means = np.random.default_rng(0).normal(size=(10_000, 2)).astype(np.float32)
    exact = np.quantile(cKDTree(means).query(means, k=2)[0][:, 1], 1 - neighbours.ALONE)
    assert neighbours.reach(means) == pytest.approx(exact, rel=0.4)


def test_reach_of_codes_in_one_place_is_what_rounding_moves_them() -> None:
    assert neighbours.reach(np.ones((20, 2), np.float32)) == 1e-4


@pytest.mark.parametrize("name", ["vae", "autoencoder", *(f"ladder/beta-{beta:g}" for beta in BETAS[1:])])
def test_no_code_lives_near_what_lies_far_from_all(request: pytest.FixtureRequest, name: str) -> None:
    latents = load(request.config.rootpath / "checkpoints" / f"{name}.pt").latents
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    beyond = np.linalg.norm(latents.means, axis=1).max() + 1.01 * latents.reach
    for radius in (beyond, 10 * beyond, 900):
        for z in radius * np.stack([np.cos(angles), np.sin(angles)], axis=1):
            assert neighbours.nearest(latents.means, z, 1)[1][0] > latents.reach
    gaps = [neighbours.nearest(latents.means, mean, 2)[1][1] for mean in latents.means[:300]]
    assert np.mean(np.array(gaps) > latents.reach) < 0.04  # of test digits about one in a hundred
