"""The continuity page without a browser: ends, kinds of path, sentences, figures, files, the address."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.components.continuity import data, words
from pages.components.continuity.view import PathView
from pages.components.frame import service
from pages.components.frame.service import classifier
from tests.pages.links import follow
from tests.pages.widgets import named
from vae.measure.quality import CONFIDENT
from vae.model import checkpoint as checkpoints
from vae.plane.neighbours import digits_of
from vae.plane.pairs import shown_pairs
from vae.plane.paths import KINDS
from vae.serving.places import Places

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
CHECKPOINTS = service.CHECKPOINTS


def opened(**parameters: str) -> AppTest:
    """The page at an address."""
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.switch_page("continuity.py")
    app.query_params.update(parameters)
    app.run()
    assert not app.exception
    return app


def latents(name: str) -> checkpoints.Latents:
    return checkpoints.load(CHECKPOINTS / f"{name}.pt").latents


def view(app: AppTest) -> PathView:
    shown = app.session_state["continuity"]
    assert isinstance(shown, PathView)
    return shown


def text(app: AppTest, hook: str) -> str:
    """What stands in the element with this test id."""
    content = next(element.value for element in app.html if f'data-testid="{hook}"' in element.value)
    inside = re.search(rf'<(\w+)[^>]*data-testid="{hook}"[^>]*>(.*?)</\1>', content, re.DOTALL)
    assert inside is not None
    return html.unescape(re.sub(r"<[^>]+>", " ", inside[2]))


def label_at(name: str, z: tuple[float, float]) -> int:
    """The label of the test digit that lies at z."""
    saved = latents(name)
    (index,) = np.flatnonzero(np.abs(saved.means - z).max(axis=1) < 1e-4)[:1]
    return int(saved.labels[index])


def test_a_bare_address_shows_the_first_pair_and_stays_bare() -> None:
    app = opened()
    saved = latents("vae")
    a, b = shown_pairs(saved.labels)[0]
    np.testing.assert_allclose([view(app).a, view(app).b], saved.means[[a, b]], atol=1e-4)
    assert (view(app).t, view(app).kind, view(app).pair) == (0.5, "straight", 1)
    assert app.query_params == {}
    assert not app.warning


def test_the_next_pair_is_the_next_one_drawn_and_has_an_address() -> None:
    app = opened()
    app.button(key="continuity_next_pair").click().run()
    saved = latents("vae")
    np.testing.assert_allclose(
        [view(app).a, view(app).b], saved.means[shown_pairs(saved.labels)[1]], atol=1e-4
    )
    assert app.query_params == {"pair": "2"}
    assert view(opened(pair="2")) == view(app)
    assert view(opened(pair="1000")).pair == 1000
    app = opened(pair="1000")
    app.button(key="continuity_next_pair").click().run()
    assert view(app).pair == 1


def test_an_address_reproduces_ends_kind_t_and_checkpoint() -> None:
    address = {"model": "autoencoder", "a1": "1.5", "a2": "-0.25", "b1": "-2.0", "b2": "4.0"}
    app = opened(**address, path="spherical", t="0.25")
    assert view(app).checkpoint == "autoencoder"
    assert (view(app).a, view(app).b, view(app).t) == ((1.5, -0.25), (-2.0, 4.0), 0.25)
    assert view(app).kind == "spherical"
    assert app.get_by_key("continuity_checkpoint").value == "autoencoder"
    assert app.get_by_key("continuity_kind").value == "spherical"
    assert named(app.text_input, "continuity_b2").value == "4"
    assert named(app.selectbox, "continuity_a_digit").value is None


def test_a_broken_address_is_one_sentence() -> None:
    app = opened(a1="nan", path="zigzag", t="2")
    assert [warning.value for warning in app.warning] == [
        "The address asks for path = zigzag, a1 = nan, t = 2, which cannot be shown: "
        "choose on the page instead."
    ]
    assert view(app).t == 0.5


def test_an_end_can_be_any_digit_and_then_the_next_one() -> None:
    app = opened()
    before = view(app).b
    named(app.selectbox, "continuity_a_digit").set_value(8).run()
    first = view(app).a
    assert label_at("vae", first) == 8
    app.button(key="continuity_a_next").click().run()
    second = view(app).a
    assert label_at("vae", second) == 8
    assert second != first
    assert view(app).b == before
    order = digits_of(latents("vae").means, latents("vae").labels, 8)
    np.testing.assert_allclose([first, second], latents("vae").means[order[:2]], atol=1e-4)
    assert app.query_params["a1"] == str(second[0])


def test_an_end_can_be_typed_and_is_a_free_point_then() -> None:
    app = opened()
    named(app.text_input, "continuity_b1").set_value("1.25").run()
    assert view(app).b[0] == 1.25
    assert named(app.selectbox, "continuity_b_digit").value is None
    assert app.button(key="continuity_b_next").disabled
    assert app.query_params["b1"] == "1.25"


def test_the_component_moves_everything_at_once() -> None:
    app = opened()
    told = {"a": [0.5, 0.25], "b": [-1.0, 1.0], "t": 0.125, "point": [0.0, 0.0], "count": 1}
    app.session_state["continuity_walk"] = {"walk": told}
    app.run()
    assert not app.exception
    assert (view(app).a, view(app).b, view(app).t) == ((0.5, 0.25), (-1.0, 1.0), 0.125)
    assert app.query_params["t"] == "0.125"


def test_the_geodesic_brings_the_magnification_and_is_never_longer() -> None:
    app = opened()
    assert named(app.toggle, "continuity_magnification").value is False
    app.get_by_key("continuity_kind").set_value("geodesic").run()
    assert not app.exception
    assert named(app.toggle, "continuity_magnification").value is True
    walked = data.walked("vae", "geodesic", view(app).a, view(app).b)
    assert walked.traversal.picture_lengths[-1] <= walked.straight_length * (1 + 1e-6)
    saved = 1 - walked.traversal.picture_lengths[-1] / walked.straight_length
    assert f"{100 * saved:.0f} % less than the straight path" in text(app, "path-sentence")
    named(app.toggle, "continuity_magnification").set_value(False).run()
    assert named(app.toggle, "continuity_magnification").value is False
    app.get_by_key("continuity_kind").set_value("straight").run()
    assert named(app.toggle, "continuity_magnification").value is False


@pytest.mark.parametrize("kind", ["straight", "spherical", "geodesic"])
@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ({"a1": "0.5", "a2": "0.5", "b1": "0.5", "b2": "0.5"}, "A and B are the same point"),
        ({"a1": "900", "a2": "0.5", "b1": "0.5", "b2": "0.5"}, "A lies far outside the test digits"),
        ({"a1": "30", "a2": "0.5", "b1": "0.5", "b2": "-40"}, "A and B lie far outside the test digits"),
    ],
)
def test_odd_ends_are_shown_with_a_sentence(kind: str, ends: dict[str, str], sentence: str) -> None:
    app = opened(path=kind, **ends)
    assert text(app, "sentence").startswith(sentence)
    assert not app.warning
    assert not app.error


def test_a_path_through_empty_space_says_how_much_of_it_is_empty() -> None:
    corner = {"a1": "2.5", "a2": "2.0", "b1": "2.5", "b2": "-1.5"}
    app = opened(**corner)
    share = data.walked("vae", "straight", (2.5, 2.0), (2.5, -1.5)).traversal.empty_share
    assert 0 < share < 1
    assert text(app, "path-sentence").startswith(f"{100 * share:.0f} % of this path leads through places")
    assert f"{100 * share:.0f} %" in text(app, "facts")


def test_the_sentence_counts_what_the_judge_reads_of_both_walks() -> None:
    app = opened(pair="5")
    said = text(app, "sentence")
    for name, called in (("autoencoder", "Autoencoder"), ("vae", "VAE")):
        saved = latents(name)
        a, b = (tuple(map(float, saved.means[index])) for index in shown_pairs(saved.labels)[4])
        classes = data.traversed(name, "straight", a, b).classes
        assert classes is not None
        share = 100 * (classes.max(axis=1) >= CONFIDENT).mean()
        (told,) = re.findall(rf"(\d+) % of the {called}'s walk", said)
        assert float(told) == pytest.approx(share, abs=1.5)  # the ends are kept with four decimals
    assert not app.warning


def test_ends_that_are_no_digits_are_told_beside_the_nearest_ones() -> None:
    said = text(opened(a1="0.5", a2="1.0"), "sentence")
    assert "A is no test digit: the Autoencoder walks between the nearest ones, a" in said
    said = text(opened(model="autoencoder", a1="0.5", a2="1.0", b1="0", b2="0"), "sentence")
    assert "A and B are no test digits: the VAE walks between the nearest ones, a" in said
    assert "no test digit" not in text(opened(), "sentence")


def test_one_ground_replaces_the_other() -> None:
    app = opened(legible="1")
    assert view(app).legible
    named(app.toggle, "continuity_magnification").set_value(True).run()
    assert (view(app).legible, view(app).magnification) == (False, True)
    named(app.toggle, "continuity_legible").set_value(True).run()
    assert (view(app).legible, view(app).magnification) == (True, False)
    app.get_by_key("continuity_kind").set_value("geodesic").run()
    assert (view(app).legible, view(app).magnification) == (False, True)
    both = view(opened(path="geodesic", legible="1"))
    assert (both.legible, both.magnification) == (True, False)


def test_every_kind_of_path_says_what_it_is_for() -> None:
    app = opened()
    said = {}
    for kind in KINDS:
        app.get_by_key("continuity_kind").set_value(kind).run()
        said[kind] = text(app, "purpose")
        assert said[kind].startswith(f"{kind.title()}: to ")
    assert len(set(said.values())) == len(KINDS)


def test_axis_mode_has_its_own_words_and_address() -> None:
    app = opened(mode="axes", z1="0.5", z2="-0.25")
    path_only = {"continuity_a_digit", "continuity_kind", "continuity_next_pair", "continuity_gif"}
    assert not path_only & {
        element.key for element in (*app.selectbox, *app.button, *app.get("button_group"))
    }
    assert (view(app).mode, view(app).point) == ("axes", (0.5, -0.25))
    assert text(app, "sentence").startswith("Training chose the axes")
    assert app.query_params["mode"] == "axes"
    assert text(opened(mode="axes", z1="70"), "sentence").startswith("The point lies far outside")


def test_another_checkpoint_keeps_the_digits_at_the_ends() -> None:
    app = opened()
    before = view(app)
    app.get_by_key("continuity_checkpoint").set_value("autoencoder").run()
    assert not app.exception
    old, new = latents("vae"), latents("autoencoder")
    for end in ("a", "b"):
        index = np.abs(old.means - getattr(before, end)).max(axis=1).argmin()
        np.testing.assert_allclose(getattr(view(app), end), new.means[index], atol=1e-4)
    assert app.query_params["model"] == "autoencoder"


def test_leaving_the_page_and_coming_back_keeps_the_path() -> None:
    app = opened()
    app.get_by_key("continuity_kind").set_value("spherical").run()
    named(app.text_input, "continuity_a1").set_value("0.75").run()
    before = view(app)
    follow(app, "Latent map")
    follow(app, "Continuity")
    assert view(app) == before
    assert app.get_by_key("continuity_kind").value == "spherical"
    assert app.query_params["a1"] == "0.75"


def test_figures_of_continuity_stand_beside_the_autoencoders(folder: Path) -> None:
    for name, median, ratio in (("vae", 12.5, 2.25), ("autoencoder", 8.125, 4.5)):
        path = folder / f"{name}.pt"
        figures = {"continuity_median": median, "continuity_ratio": ratio}
        checkpoints.save(checkpoints.load(path).with_figures(figures), path)
    app = opened()
    assert text(app, "table").split()[-6:] == ["Autoencoder", "8.1", "4.5", "VAE", "12.5", "2.2"]
    sentence = text(app, "evenness-sentence")
    assert "4.5 times (Autoencoder) and 2.2 times (VAE)" in sentence
    assert sentence.endswith("in the plane of the VAE.")
    app.get_by_key("continuity_checkpoint").set_value("autoencoder").run()
    assert text(app, "table").split()[-6:] == ["Autoencoder", "8.1", "4.5", "VAE", "12.5", "2.2"]
    assert text(app, "evenness-sentence").endswith("in the plane of the VAE.")


def test_figures_that_were_not_measured_come_with_the_way_to_measure_them(folder: Path) -> None:
    path = folder / "vae.pt"
    saved = checkpoints.load(path)
    left = {name: value for name, value in saved.figures.items() if not name.startswith("continuity")}
    checkpoints.save(checkpoints.Checkpoint(**vars(saved) | {"figures": left}), path)
    app = opened()
    assert "not measured" in text(app, "table")
    assert "python -m vae evaluate checkpoints/vae.pt" in text(app, "evenness-sentence")


def test_without_a_classifier_the_page_works(folder: Path) -> None:
    (folder / "classifier.pt").unlink()
    app = opened()
    assert classifier() is None
    assert text(app, "sentence")


def test_without_any_checkpoint_the_page_says_what_to_do(folder: Path) -> None:
    for path in folder.rglob("*.pt"):
        path.unlink()
    app = opened()
    assert [error.value.partition(" does")[0] for error in app.error] == [f"{folder.name}/vae.pt"]


def test_where_too_many_compute_the_page_says_so_and_goes_on_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowded = Places(1, 0, 0.0)
    monkeypatch.setattr(data, "places", lambda: crowded)
    with crowded.one():
        app = opened(a1="0.1234", a2="0.4321", b1="-0.5", b2="0.25")
        assert [warning.value for warning in app.warning] == [words.BUSY]
    app.button("continuity_again").click().run()
    assert not app.exception
    assert not app.warning
    assert view(app).a == (0.1234, 0.4321)
