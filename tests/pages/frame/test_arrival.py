"""Arriving on a page while the last one still tells something."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.pages.widgets import named

MAIN = Path(__file__).parents[3] / "pages" / "main.py"


def test_a_link_leads_where_it_says_whatever_the_page_that_is_left_tells_with_it() -> None:
    app = AppTest.from_file(MAIN, default_timeout=60).run()
    named(app.toggle, "latent_map_manifold").set_value(True)
    app.switch_page("one_digit.py")
    app.query_params["digit"] = "7"
    app.run()
    assert not app.exception
    assert app.session_state["one_digit"].digit == 7
    assert app.session_state["latent_map"].manifold
