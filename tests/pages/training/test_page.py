"""The training page without a browser: recipes, settings, the address, a run that is started for real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.frame import service
from pages.components.training import settings, words
from pages.components.training.questions import QUESTIONS
from pages.components.training.view import TrainingView
from tests.conftest import forget
from tests.pages.links import addresses
from tests.pages.widgets import named
from vae.history.job import OWN
from vae.history.recipes import RECIPES
from vae.workshop.names import SHIPPED

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
COURSE = "training_course"
SMALLEST = {"dataset": "small-digits", "images": "100", "epochs": "1", "hidden": "8", "depth": "0"}


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page("training.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for the runs of this test."""
    monkeypatch.setenv("LATENT_ATLAS_RUNS", str(tmp_path))
    forget()
    yield tmp_path
    forget()


def view(app: AppTest) -> TrainingView:
    found = app.session_state["training"]
    assert isinstance(found, TrainingView)
    return found


def text(app: AppTest, testid: str) -> str:
    html = next(element.value for element in app.html if f'data-testid="{testid}"' in element.value)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def tell(app: AppTest, count: int, **told: object) -> None:
    """What the component tells when a hand has changed something."""
    shown = {"run": SHIPPED, "epoch": None, "pin": [0, 0], "ended": False, "dataset": "mnist"}
    app.session_state[COURSE] = {"shown": {**shown, **told, "count": count}}
    app.run()
    assert not app.exception


def test_a_bare_address_shows_the_run_that_comes_with_the_app() -> None:
    app = opened()
    assert (view(app).run, view(app).epoch, view(app).recipe) == (SHIPPED, None, "vae")
    assert app.query_params == {}
    assert addresses(app)["Training"] == {}
    assert text(app, "seen") == words.recipe("vae").seen
    assert not named(app.button, "training_start").disabled


def test_settings_are_counted_written_into_the_address_and_taken_back() -> None:
    app = opened()
    named(app.text_input, "training_beta").set_value("4").run()
    named(app.selectbox, "training_likelihood").set_value("mse").run()
    assert not app.exception
    assert app.query_params == {"likelihood": "mse", "beta": "4.0"}
    assert not [one for one in app.get("button_group") if "training_ask" in str(one.key)]
    named(app.button, "training_reset").click().run()
    assert app.query_params == {}
    assert view(app).beta == RECIPES["vae"].training.beta


def test_what_would_take_too_long_cannot_be_started() -> None:
    app = opened(convolutional="1", images="60000", epochs="30")
    assert named(app.button, "training_start").disabled
    assert any("about" in html.value and "minutes" in html.value for html in app.html)
    named(app.text_input, "training_epochs").set_value("1").run()
    named(app.text_input, "training_images").set_value("1000").run()
    assert not named(app.button, "training_start").disabled
    assert not any("minutes" in html.value for html in app.html)


def test_what_the_component_tells_is_kept_and_nonsense_is_not() -> None:
    app = opened()
    tell(app, 1, epoch=2.0, pin=[0.5, -1.25])
    assert app.query_params == {"epoch": "2.0", "z1": "0.5", "z2": "-1.25"}
    for count, odd in enumerate(({"run": "../x"}, {"epoch": "1"}, {"pin": [1]}, {"dataset": "x"}), start=2):
        tell(app, count, **odd)
        assert (view(app).epoch, view(app).pin) == (2.0, (0.5, -1.25))


def test_a_prediction_is_judged_by_the_runs_own_reports() -> None:
    reports = service.workshop().status(SHIPPED).reports
    right, said = QUESTIONS["vae"].answer(reports, reports)
    for choice in QUESTIONS["vae"].choices:
        verdict = text(opened(said=choice), "verdict")
        assert f"You said: {QUESTIONS['vae'].choices[choice].lower()}." in verdict
        assert ("Yes." in verdict) == (choice == right)
        assert verdict.endswith(said)


def test_train_queues_a_run_whose_key_stays_in_the_session(runs: Path) -> None:
    app = opened(**SMALLEST)
    named(app.button, "training_start").click().run()
    assert not app.exception
    run = view(app).run
    assert app.query_params["run"] == run != SHIPPED
    status = service.workshop().status(run)
    assert status.state in ("waiting", "training", "finished")
    assert (status.job.dataset, status.job.images, status.job.recipe) == ("small-digits", 100, OWN)
    key = app.session_state["training_keys"][run]
    assert key not in str(app.query_params)
    service.workshop().command(run, key, "discard")
    app.run()
    assert not app.exception


def test_the_answer_given_before_is_kept_with_the_run(runs: Path) -> None:
    app = opened()
    next(one for one in app.get("button_group") if one.key == "training_ask_vae").set_value("late").run()
    named(app.button, "training_start").click().run()
    run = view(app).run
    assert view(app).said == "late"
    assert text(app, "verdict").endswith(words.LOCKED)
    tell(app, 1, run=SHIPPED)
    assert view(app).said == ""
    service.workshop().command(run, app.session_state["training_keys"][run], "discard")


def test_a_fourth_unfinished_run_is_refused_in_one_sentence(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "visitor", lambda: "192.0.2.1")  # without a browser nobody has an address
    app = opened(**SMALLEST | {"epochs": "30", "images": "1500"})
    for _ in range(4):
        named(app.button, "training_start").click().run()
    assert not app.exception
    assert [warning.value for warning in app.warning if "not finished" in warning.value]
    for run, key in app.session_state["training_keys"].items():
        service.workshop().command(run, key, "discard")
