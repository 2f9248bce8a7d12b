import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vae.measure.support import SPARSE, Support
from vae.measure.traversal import DigitDensity

RNG = np.random.default_rng(0)
FAR = RNG.normal((20, -5), (0.5, 2), (3000, 2)).astype(np.float32)  # an autoencoder's codes, far from N(0, I)
CODES = RNG.normal(size=(3000, 2)).astype(np.float32)

points = arrays(np.float64, (5, 2), elements=st.floats(-1000, 1000))


@pytest.mark.parametrize("codes", [CODES, FAR], ids=["like the prior", "far from it"])
def test_codes_and_prior_live_somewhere_each(codes) -> None:
    support = Support(codes)
    assert np.mean(support.emptiness(codes) == 0) > 0.9
    assert np.mean(support.emptiness(RNG.normal(size=(4000, 2))) == 0) > 0.94


def test_between_far_codes_and_the_prior_it_is_empty() -> None:
    line = np.linspace((4, -1), (17, -4.25), 20)
    assert (Support(FAR).emptiness(line) > 1).all()


def test_of_the_prior_alone_it_is_the_closed_form() -> None:
    radii = np.linspace(0, 100, 50)
    measured = Support(FAR).emptiness(np.stack([-radii, radii], axis=1) / math.sqrt(2))
    oracle = np.maximum(0, radii**2 / 2 + math.log(SPARSE) - math.log(2))
    np.testing.assert_allclose(measured, oracle, atol=1e-6)


def test_of_codes_alone_it_is_the_digits_density() -> None:
    """Its kernel is that of `DigitDensity`, which sums over all codes and not the nearest alone."""
    density, places = DigitDensity(FAR), FAR[:200] + RNG.normal(0, 0.5, (200, 2)).astype(np.float32)
    oracle = np.maximum(0, np.log(SPARSE * density.typical) - np.log(density(places)))
    measured = Support(FAR).emptiness(places)
    assert (oracle > 0).mean() > 0.1
    np.testing.assert_allclose(measured[oracle > 0], oracle[oracle > 0], atol=0.35)


@given(z=points)
def test_it_is_finite_and_never_negative(z) -> None:
    for codes in (CODES[:50], np.zeros((3, 2), np.float32), np.float32([[0, 0], [1, 1], [2, 2]])):
        emptiness = Support(codes).emptiness(z)
        assert np.isfinite(emptiness).all()
        assert (emptiness >= 0).all()


@given(angle=st.floats(-math.pi, math.pi), radius=st.floats(6, 900))
def test_the_further_out_the_emptier(angle, radius) -> None:
    direction = np.array([[math.cos(angle), math.sin(angle)]])
    near, far = Support(CODES).emptiness(np.concatenate([direction * radius, direction * radius * 1.1]))
    assert far > near > 0
