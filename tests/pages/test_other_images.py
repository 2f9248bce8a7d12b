"""Every page with a model of other images: classes with names, or without labels, and no judge for either."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_sentences import LONGEST, sentences
from tests.pages.told import told_of
from tests.pages.widgets import named
from tests.vae.datasets.making import npz
from vae.data import Digits
from vae.datasets import own
from vae.measure.measures import OF
from vae.model.checkpoint import Latents, load, save

MAIN = Path(__file__).parents[2] / "pages" / "main.py"
NAMES = ("Circle", "Ankle boot", "<b>Bag</b>")
KINDS = {"named": NAMES, "unlabelled": ()}
PAGES = ("latent_map", "one_digit", "continuity")


@pytest.fixture(params=KINDS)
def kind(
    request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """A model of this kind of images in `mine.pt`, whose own images are not here."""
    monkeypatch.setenv(own.VARIABLE, str(tmp_path / "runs"))
    write(folder / "mine.pt", KINDS[request.param], "own-0123456789ab", 60)
    return str(request.param)


def write(path: Path, classes: tuple[str, ...], dataset: str, count: int) -> None:
    """The shipped VAE, as if it had been trained on something else."""
    shipped = load(path.with_name("vae.pt"))
    labels = (np.arange(count) % max(len(classes), 1)).astype(np.uint8)
    known = shipped.latents
    latents = Latents(known.means[:count], known.log_variances[:count], labels)
    figures = {name: value for name, value in shipped.figures.items() if not name.endswith(OF)}
    save(replace(shipped, latents=latents, dataset=dataset, classes=classes, figures=figures), path)


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page(f"{page}.py")
    app.query_params.update({"model": "mine", **address})
    app.run()
    assert not app.exception, app.exception
    return app


def written(app: AppTest) -> str:
    texts = [element.value for kind in (app.html, app.markdown, app.caption) for element in kind]
    if app.session_state["page"] == "":
        texts += told_of(app).html
    styles = re.compile(r"<style.*?</style>", re.DOTALL)
    return styles.sub("", "\n".join(texts))


def has(app: AppTest, kind: str, key: str) -> bool:
    return any(element.key == key for element in app.get(kind))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_speaks_of_images_and_not_of_the_judge(kind: str, page: str) -> None:
    app = opened(page, legible="1") if page != "one_digit" else opened(page, ask="1")
    text = written(app)
    assert "judge" not in text
    assert "classifier" not in text
    told = re.sub(r"<[^>]+>", " ", text)
    assert not re.search(r"\bdigits?\b", told), re.findall(r".{40}\bdigits?\b.{20}", told)
    assert [sentence for sentence in sentences(app) if len(sentence.split()) > LONGEST] == []


def test_the_map_names_classes_or_nothing(kind: str) -> None:
    app = opened("latent_map")
    text = written(app)
    assert "Drawn again by the decoder" in text
    assert ("Vote of the 50 nearest codes" in text) == (kind == "named")
    assert ("Vote of codes" in text) == (kind == "named")
    assert "<b>Bag</b>" not in text
    assert ("&lt;b&gt;Bag&lt;/b&gt;" in text) == (kind == "named")
    assert re.search(
        r"Test image \d+, (Circle|Ankle boot|&lt;b)" if kind == "named" else r"Test image \d+ <", text
    )
    assert not has(app, "toggle", "latent_map_legible")
    assert named(app.toggle, "latent_map_manifold")


def test_an_image_is_chosen_by_its_class_or_by_number(kind: str) -> None:
    app = opened("one_digit")
    assert ("Redrawn image 0, Circle:" in written(app)) == (kind == "named")
    if kind == "named":
        named(app.selectbox, "one_digit_label").set_value(2).run()
        assert app.query_params["digit"] == "2"
        assert "Redrawn image 2, &lt;b&gt;Bag" in written(app)
    else:
        assert not has(app, "selectbox", "one_digit_label")
    named(app.button, "one_digit_next").click().run()
    assert not app.exception
    assert app.query_params["digit"] == ("3" if kind == "named" else "1")
    named(app.selectbox, "one_digit_example").set_value("upside_down").run()
    assert not app.exception
    assert "A picture of your own" in written(app)


def test_a_walk_goes_between_images(kind: str) -> None:
    app = opened("continuity")
    assert "You see pair 1 of 1,000" not in written(app)  # it stands in the component
    if kind == "named":
        named(app.selectbox, "continuity_a_digit").set_value(1).run()
        assert not app.exception
        assert app.query_params["a1"]
    else:
        assert not has(app, "selectbox", "continuity_a_digit")
    named(app.button, "continuity_next_pair").click().run()
    named(app.button, "continuity_a_next").click().run()
    assert not app.exception
    assert not has(app, "toggle", "continuity_legible")


def test_originals_that_are_at_hand_are_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, digits: Digits
) -> None:
    monkeypatch.setenv(own.VARIABLE, str(tmp_path / "runs"))
    content = npz(images=digits.images[:120], labels=digits.labels[:120] % 3, classes=np.array(NAMES))
    taken = own.accepted(content, tmp_path / "runs")
    write(folder / "mine.pt", NAMES, taken.name, len(taken.test.labels))
    text = written(opened("latent_map"))
    assert "Nearest test images <span>originals" in text
    assert "Drawn again" not in text
    assert "the network did not see it in training" in written(opened("one_digit"))


def test_small_digits_stay_digits_without_a_judge(folder: Path, digits: Digits) -> None:
    held_out = len(digits.labels) // 10
    write(folder / "mine.pt", tuple("0123456789"), "small-digits", held_out)
    text = written(opened("latent_map"))
    assert re.search(r"Test digit \d+, an? \d", text)
    assert "Nearest test digits <span>originals" in text
    assert "judge" not in text
