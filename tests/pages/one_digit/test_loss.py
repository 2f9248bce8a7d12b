"""What the browser gets of an account, and what it tells."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.components.one_digit.loss import SHADES, described, read
from pages.components.one_digit.view import STRONGEST
from tests.pages.one_digit.given import CELLS, WINDOW, account

MAIN = Path(__file__).parents[3] / "pages" / "main.py"


def test_the_browser_gets_the_account_as_it_is() -> None:
    given = account()
    told = described(given)
    for name in ("reconstruction", "kl", "elbo", "log_likelihood", "approximation_gap", "amortisation_gap"):
        assert told[name] == getattr(given, name)
    assert told["window"] == {"x": [WINDOW.left, WINDOW.right], "y": [WINDOW.bottom, WINDOW.top]}
    assert told["encoder"] == {"mean": [1.02, -0.51], "deviation": [0.02, 0.025]}
    density = np.frombuffer(base64.b64decode(str(told["posterior"])), "<u2").reshape(CELLS, CELLS)
    np.testing.assert_allclose(density / SHADES, given.posterior, rtol=0, atol=0.5 / SHADES)


@pytest.mark.parametrize(
    ("told", "beta"),
    [({"beta": 2.5}, 2.5), ({"beta": 1}, 1.0), ({"beta": -1}, 0.0), ({"beta": 99.0}, STRONGEST)],
)
def test_a_weight_is_kept_within_the_slider(told: dict[str, object], beta: float) -> None:
    assert read(told) == beta


@pytest.mark.parametrize("told", [{}, {"beta": None}, {"beta": "1"}, {"beta": float("nan")}, {"beta": [1]}])
def test_what_is_no_weight_is_ignored(told: dict[str, object]) -> None:
    assert read(told) is None


def test_an_error_without_bound_can_be_told() -> None:
    assert described(account()._replace(error=np.inf))["error"] is None


def test_a_weight_that_was_told_stands_in_the_address() -> None:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.switch_page("one_digit.py")
    app.query_params["model"] = "autoencoder"
    app.run()
    app.session_state["one_digit_loss"] = {"weight": {"beta": 2.5, "count": 1}}
    app.run()
    assert not app.exception
    assert app.query_params["beta"] == "2.5"
