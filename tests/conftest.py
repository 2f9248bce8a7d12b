import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
import torch
from hypothesis import HealthCheck, settings

from pages.components.frame import service
from tests.serving import copy_project, write_checkpoint
from vae.data import Digits, find_mnist
from vae.datasets.small import small_digits

# Timings are benchmarks: a busy machine must not fail a property.
settings.register_profile("latent-atlas", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("latent-atlas")

if "PYTEST_XDIST_WORKER" in os.environ:  # workers share the cores, and so do the processes that they start
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def digits() -> Digits:
    return small_digits()


@pytest.fixture(scope="session")
def mnist() -> Path:
    """The folder of the four MNIST files; CI has them, elsewhere their absence skips a test."""
    folder = find_mnist()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("CI must provide MNIST: set LATENT_ATLAS_DATA to the folder of its four files.")
        pytest.skip("MNIST is not here: run `python -m vae download` to include this test.")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app with one small model, to be started in a process of its own."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    write_checkpoint(folder / "checkpoints" / "vae.pt")
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the checkpoints that a test may change, and pages that read it and remember nothing."""
    shutil.copytree(service.CHECKPOINTS, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(service, "CHECKPOINTS", tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.fixture(scope="session", autouse=True)
def _threads_end_before_the_interpreter() -> Iterator[None]:
    """One that is stopped in the middle of torch takes the process with it."""
    yield
    forget()


def forget() -> None:
    """Empty what the pages keep for all visitors, and end what works for them."""
    st.cache_data.clear()
    st.cache_resource.clear()
