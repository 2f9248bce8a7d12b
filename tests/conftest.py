import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.digits import bundled_digits
from vae.data import Digits, find_mnist

# Timings are benchmarks: a busy machine must not fail a property.
settings.register_profile("latent-atlas", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("latent-atlas")


@pytest.fixture(scope="session")
def digits() -> Digits:
    return bundled_digits()


@pytest.fixture(scope="session")
def mnist() -> Path:
    """The folder of the four MNIST files; CI has them, elsewhere their absence skips a test."""
    folder = find_mnist()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("CI must provide MNIST: set LATENT_ATLAS_DATA to the folder of its four files.")
        pytest.skip("MNIST is not here: run `python -m vae download` to include this test.")
    return folder
