"""Models of the workshop on the pages: opened by an address, offered from then on, forgotten when gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.components.frame import service
from pages.components.frame.words import title
from tests.conftest import forget
from tests.pages.widgets import named
from tests.vae.workshop.working import model_after
from vae.model.checkpoint import load
from vae.workshop.workshop import Started, Workshop

MAIN = Path(__file__).parents[3] / "pages" / "main.py"


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    monkeypatch.setenv("LATENT_ATLAS_RUNS", str(tmp_path))
    forget()
    yield service.workshop()
    forget()


@pytest.fixture
def brought(workshop: Workshop) -> Started:
    found = replace(load(service.CHECKPOINTS / "ladder" / "beta-4.pt"), provenance={"epochs": 9}, figures={})
    return workshop.keep(found)


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=60)


def offered(app: AppTest) -> list[str]:
    return named([*app.get("button_group"), *app.selectbox], "latent_map_checkpoint").options


def test_a_guest_is_shown_and_offered_from_then_on(app: AppTest, brought: Started) -> None:
    name = f"{brought.run}.9"
    app.run()
    before = offered(app)
    assert not any("Yours" in one for one in before)
    app.query_params["model"] = name
    app.run()
    assert not app.exception
    assert not app.warning
    assert app.session_state["checkpoint"] == name
    assert app.session_state["guests"] == {name: "Yours: VAE, β = 4, epoch 9"}
    assert offered(app) == [*before, "Yours: VAE, β = 4, epoch 9"]


def test_a_guest_that_has_gone_is_said_and_no_page_fails(
    app: AppTest, workshop: Workshop, brought: Started
) -> None:
    app.query_params["model"] = f"{brought.run}.9"
    app.run()
    workshop.command(brought.run, brought.key, "discard")
    app.run()
    assert not app.exception
    assert "cannot be shown" in " ".join(warning.value for warning in app.warning)
    assert app.session_state["checkpoint"] == "vae"
    assert not any("Yours" in one for one in offered(app))


@pytest.mark.parametrize("page", ["latent_map", "one_digit", "continuity", "completeness"])
def test_every_page_takes_a_guest(app: AppTest, brought: Started, page: str) -> None:
    app.query_params["model"] = f"{brought.run}.9"
    app.run()
    app.switch_page(f"{page}.py")
    app.run()
    assert not app.exception


def test_a_name_that_no_model_of_a_run_has_opens_no_workshop(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENT_ATLAS_RUNS", str(tmp_path / "runs"))
    forget()
    app.query_params["model"] = "nonsense"
    app.run()
    assert not app.exception
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("abcdefghij.3", "Yours: VAE, epoch 3"),
        ("shipped.15", "Recorded: VAE, epoch 15"),
        ("beta-4", "VAE, β = 4"),
        ("vae", "VAE"),
        ("other", "VAE (other)"),
    ],
)
def test_titles_tell_models_of_the_workshop(name: str, expected: str) -> None:
    assert title(name, model_after(3)) == expected


def test_few_guests_are_offered(monkeypatch) -> None:
    from pages.components.frame import views

    class Few:
        def checkpoint(self, name: str):
            return model_after(1)

    monkeypatch.setattr(st, "session_state", {"guests": {}})
    for number in [*range(7), 4]:
        views.remember_guest(f"abcdefghi{number}.1", Few())
    assert list(st.session_state["guests"]) == [f"abcdefghi{number}.1" for number in (2, 3, 5, 6, 4)]
