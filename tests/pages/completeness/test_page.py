"""The completeness page without a browser: rungs, links, overlays, grids, draws, figures, the address."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from pages.components.completeness import data as completeness_data
from pages.components.completeness.maps import Density, Ellipses
from pages.components.completeness.view import CompletenessView
from pages.components.frame import service
from pages.components.frame.choices import offered
from tests.pages.links import follow
from tests.pages.widgets import named
from vae.measure.draws import JUDGED, LAWS, counted, drawn, judged
from vae.model import checkpoint as checkpoints
from vae.model import ladder
from vae.model.classifier import find_classifier
from vae.plane.linking import carried
from vae.serving.batching import QueueFull

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
CHECKPOINTS = service.CHECKPOINTS


def opened(**parameters: str) -> AppTest:
    """The page at an address."""
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.switch_page("completeness.py")
    app.query_params.update(parameters)
    app.run()
    assert not app.exception
    return app


def view(app: AppTest) -> CompletenessView:
    shown = app.session_state["completeness"]
    assert isinstance(shown, CompletenessView)
    return shown


def loaded(beta: float) -> checkpoints.Checkpoint:
    return checkpoints.load(CHECKPOINTS / ladder.file(beta))


def tell(app: AppTest, rung: str, side: str, point: list[float], count: int) -> None:
    """What the maps tell when the visitor has moved something."""
    twin = {"rung": rung, "side": side, "point": point, "count": count}
    app.session_state["completeness_maps"] = {"twin": twin}
    app.run()
    assert not app.exception


def text(app: AppTest, hook: str) -> str:
    """What stands in the element with this test id."""
    content = next(element.value for element in app.html if f'data-testid="{hook}"' in element.value)
    inside = re.search(rf'<(\w+)[^>]*data-testid="{hook}"[^>]*>(.*?)</\1>', content, re.DOTALL)
    assert inside is not None
    return html.unescape(re.sub(r"<[^>]+>", " ", inside[2]))


def test_a_bare_address_shows_beta_1_beside_the_autoencoder_and_stays_bare() -> None:
    app = opened()
    assert view(app) == CompletenessView()
    assert app.query_params == {}
    assert not app.warning
    assert not app.error


def test_an_address_reproduces_the_view() -> None:
    address = {"beta": "4", "link": "coordinates", "plane": "left", "z1": "1.5", "z2": "-0.25", "grid": "7"}
    app = opened(**address, overlay="ellipses", digit="8", sigmas="2.5", draws="12", seed="6", law="own")
    assert view(app) == CompletenessView(
        *(4, "coordinates", "left", (1.5, -0.25), "ellipses", 8, "own", 6),
        grid=7,
        sigmas=2.5,
        draws=12,
        more="grid",
    )
    assert app.get_by_key("completeness_law").value == "own"
    assert app.get_by_key("completeness_more").value == "grid"
    assert app.get_by_key("completeness_link").value == "coordinates"
    assert app.get_by_key("completeness_overlay").value == "ellipses"
    assert named(app.selectbox, "completeness_digit").value == 8
    assert named(app.slider, "completeness_grid").value == 7
    assert named(app.text_input, "completeness_sigmas").value == "2.5"
    app = opened(draws="12")
    assert named(app.slider, "completeness_draws").value == 12


def test_any_two_models_stand_side_by_side() -> None:
    def lead(app: AppTest) -> str:
        return next(element.value for element in app.html if 'data-testid="sentence"' in element.value)

    app = opened(left="beta-4", right="vae")
    assert "slider" not in lead(app)
    tell(app, "vae", "left", [2.5, -1.0], 1)
    assert (view(app).left, view(app).right, view(app).beta) == ("beta-4", "vae", 1)
    named(app.selectbox, "completeness_right").set_value("").run()
    assert "slider" in lead(app)
    assert app.query_params == {"left": "beta-4", "plane": "left", "z1": "2.5", "z2": "-1.0"}


def test_a_broken_address_is_one_sentence() -> None:
    app = opened(beta="3", grid="400")
    assert [warning.value for warning in app.warning] == [
        "The address asks for beta = 3, grid = 400, which cannot be shown: choose on the page instead."
    ]
    assert view(app) == CompletenessView()


def test_the_maps_move_rung_and_pin_at_once() -> None:
    app = opened()
    tell(app, "beta-8", "left", [2.5, -1.0], 1)
    assert (view(app).beta, view(app).plane, view(app).point) == (8, "left", (2.5, -1.0))
    assert app.query_params == {"beta": "8", "plane": "left", "z1": "2.5", "z2": "-1.0"}
    tell(app, "autoencoder", "left", [2.5, -1.0], 2)
    assert view(app).beta == 0
    assert "same network" in text(app, "sentence")


def test_the_usual_place_is_a_digit_of_the_vae_and_none_of_the_autoencoder() -> None:
    opened()
    place = np.array([CompletenessView().point], dtype=np.float32)
    linked = carried(place, loaded(1).latents.means, loaded(0).latents.means)
    classifier = find_classifier(CHECKPOINTS, torch.device("cpu"))
    assert classifier is not None
    for beta, points, is_named in ((1, place, True), (0, linked, False)):
        images = service.decoder_service().decode(ladder.name(beta), points).images
        assert judged(images, classifier)[0].named is is_named


def test_what_the_maps_tell_is_checked() -> None:
    app = opened()
    tell(app, "beta-3", "left", [2.5, -1.0], 1)
    tell(app, "beta-8", "middle", [2.5, -1.0], 2)
    tell(app, "beta-8", "left", [float("nan"), -1.0], 3)
    assert view(app) == CompletenessView()


def test_the_lead_says_which_link_is_on() -> None:
    def lead(app: AppTest) -> str:
        return next(element.value for element in app.html if 'data-testid="sentence"' in element.value)

    app = opened()
    assert "Same quantile:" in lead(app)
    app.get_by_key("completeness_link").set_value("coordinates").run()
    assert "Same z₁, z₂:" in lead(app)
    assert "Same quantile:" not in lead(app)
    assert app.query_params == {"link": "coordinates"}
    assert "Same" not in lead(opened(present="1"))  # one sentence for a projector


def test_a_collapsed_rung_is_called_so(folder: Path) -> None:
    path = folder / ladder.file(32)
    checkpoints.save(checkpoints.load(path).with_figures({"kl_nats": 0.001}), path)
    assert "The VAE has collapsed" in text(opened(beta="32"), "sentence")
    assert "collapsed" not in text(opened(beta="16"), "sentence")


def test_overlays_belong_to_the_rung_that_is_shown() -> None:
    app = opened(beta="4")
    app.get_by_key("completeness_overlay").set_value("density").run()
    assert not app.exception
    overlay = completeness_data.overlay(view(app), "autoencoder", "beta-4")
    assert overlay is not None
    assert isinstance(overlay.left, Density)
    assert isinstance(overlay.right, Density)
    assert overlay.right.shade.min() < -0.1
    assert overlay.right.shade.max() > 0.1
    means = loaded(0).latents.means
    box = overlay.left.box
    inside = (means > (box.left, box.bottom)) & (means < (box.right, box.top))
    assert inside.all(axis=1).mean() > 0.99
    app.get_by_key("completeness_overlay").set_value("ellipses").run()
    named(app.selectbox, "completeness_digit").set_value(6).run()
    assert not app.exception
    overlay = completeness_data.overlay(view(app), "autoencoder", "beta-4")
    assert overlay is not None
    assert isinstance(overlay.right, Ellipses)
    latents = loaded(4).latents
    sixes = np.concatenate([latents.means, np.exp(latents.log_variances / 2)], axis=1)[latents.labels == 6]
    found = np.abs(sixes[None] - overlay.right.posteriors[:, None]).max(axis=2).min(axis=1)
    assert found.max() < 1e-5
    assert app.query_params == {"beta": "4", "overlay": "ellipses", "digit": "6"}


def test_the_grid_is_chosen_by_probability_or_by_range() -> None:
    app = opened(more="grid")
    named(app.slider, "completeness_grid").set_value(9).run()
    app.get_by_key("completeness_range").set_value(True).run()
    assert (view(app).grid, view(app).sigmas) == (9, 3.0)
    named(app.text_input, "completeness_sigmas").set_value("1.5").run()
    assert app.query_params == {"grid": "9", "sigmas": "1.5"}
    app.get_by_key("completeness_range").set_value(False).run()
    assert not app.exception
    assert app.query_params == {"grid": "9"}


def test_drawing_again_draws_other_points_and_the_address_keeps_them() -> None:
    app = opened(more="draws")
    app.button(key="completeness_again").click().run()
    assert view(app).seed == 1
    named(app.slider, "completeness_draws").set_value(30).run()
    assert not app.exception
    assert app.query_params == {"draws": "30", "seed": "1"}


def test_one_section_is_open_at_a_time_and_the_address_says_which() -> None:
    app = opened()
    hooks = {"grid": "completeness_grid", "draws": "completeness_draws", "curves": "completeness_csv"}

    def open_ones() -> set[str]:
        keys = {element.key for kind in ("slider", "download_button") for element in app.get(kind)}
        return {more for more, key in hooks.items() if key in keys}

    assert open_ones() == set()
    for more in hooks:
        app.get_by_key("completeness_more").set_value(more).run()
        assert not app.exception
        assert open_ones() == {more}
        assert app.query_params == {"more": more}
    app.get_by_key("completeness_more").set_value(None).run()
    assert open_ones() == set()
    assert app.query_params == {}


@pytest.mark.parametrize("law", LAWS)
def test_hundreds_of_draws_are_decoded_and_judged_and_some_are_kept(law) -> None:
    opened()
    found = completeness_data.draws("autoencoder", law, 5)
    assert found is not None
    loaded_model = loaded(0)
    points = drawn(law, loaded_model.latents.means, JUDGED, 5)
    with torch.inference_mode():
        ink = torch.sigmoid(loaded_model.build().decode(torch.from_numpy(points))) * 255
    classifier = find_classifier(CHECKPOINTS, torch.device("cpu"))
    assert classifier is not None
    verdicts = judged(ink.round().byte().numpy(), classifier)
    assert found.share.judged == JUDGED
    assert found.share.share == pytest.approx(counted(verdicts).share, abs=2 / JUDGED)
    shown = len(found.points)
    np.testing.assert_array_equal(found.points, points[:shown])
    np.testing.assert_allclose(found.images, ink[:shown].numpy(), atol=0.51)
    assert [verdict.named for verdict in found.verdicts] == [verdict.named for verdict in verdicts[:shown]]


def test_the_law_is_the_autoencoders_and_the_vae_keeps_to_its_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    draws = completeness_data.draws

    def noted(name: str, law, seed: int):
        asked.append((name, law))
        return draws(name, law, seed)

    monkeypatch.setattr(completeness_data, "draws", noted)
    app = opened(beta="4")
    app.get_by_key("completeness_law").set_value("own").run()
    tell(app, "beta-8", "right", [0.5, 0.5], 1)
    assert asked == [
        *(("autoencoder", "box"), ("beta-4", "prior")),
        *(("autoencoder", "own"), ("beta-4", "prior")),
        *(("autoencoder", "own"), ("beta-8", "prior")),
    ]
    assert app.query_params == {"beta": "8", "law": "own", "z1": "0.5", "z2": "0.5"}


def test_when_too_many_ask_at_once_the_page_says_so_and_the_maps_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise QueueFull("full")

    monkeypatch.setattr(completeness_data, "draws", full)
    app = opened(more="draws")
    assert "too much to do" in app.warning[0].value
    assert not app.error
    assert text(app, "sentence").strip() == ""


def test_the_table_shows_every_model_with_its_own_record(folder: Path) -> None:
    path = folder / ladder.file(8)
    checkpoints.save(checkpoints.load(path).with_figures({"kl_nats": 3.25, "completeness": 0.625}), path)
    content = next(
        element.value for element in opened(more="curves").html if "Complete, N(0, I)" in element.value
    )
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", content)]
    titles = [row[0] for row in rows[1:]]
    assert titles == ["Autoencoder", *(f"VAE, β = {beta:g}" for beta in ladder.BETAS if beta), "VAE"]
    of_8 = dict(zip(rows[0], rows[1 + ladder.BETAS.index(8)], strict=True))
    assert (of_8["KL"], of_8["Complete, N(0, I)"]) == ("3.2", "62.5 %")


@pytest.mark.parametrize("damaged", [False, True])
def test_a_rung_that_is_missing_leaves_the_others_usable(folder: Path, damaged: bool) -> None:
    path = folder / ladder.file(8)
    if damaged:
        path.write_bytes(path.read_bytes()[:1000])
    else:
        path.unlink()
    app = opened(beta="8")
    sentences = [warning.value for warning in app.warning]
    assert "beta = 8, which cannot be shown" in sentences[0]
    assert len(sentences) == 2
    assert "python -m vae train --preset ladder --beta=8" in sentences[1]
    assert "damaged" in sentences[1] if damaged else "β = 8 is missing" in sentences[1]
    assert view(app).beta == 1
    tell(app, "beta-8", "right", [0.0, 0.0], 1)
    assert view(app).beta == 1
    tell(app, "beta-4", "right", [0.0, 0.0], 2)
    assert view(app).beta == 4


def test_other_pages_neither_warn_of_a_rung_nor_offer_one(folder: Path) -> None:
    path = folder / ladder.file(8)
    path.write_bytes(b"no checkpoint")
    for page in ("latent_map.py", "continuity.py"):
        app = AppTest.from_file(MAIN, default_timeout=60)
        app.switch_page(page).run()
        assert not app.exception
        assert not app.warning
        assert app.get_by_key(f"{page.removesuffix('.py')}_checkpoint").options == ["VAE", "Autoencoder"]


def test_a_rung_that_an_address_names_is_offered_beside_the_others() -> None:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.query_params["model"] = "beta-4"
    app.run()
    assert not app.exception
    assert app.get_by_key("latent_map_checkpoint").value == "beta-4"
    assert offered(("vae", "autoencoder", "beta-1", "beta-4"), "beta-4") == ["vae", "autoencoder", "beta-4"]


@pytest.mark.parametrize("damaged", [False, True])
def test_without_the_autoencoder_the_smallest_beta_stands_in(folder: Path, damaged: bool) -> None:
    path = folder / "autoencoder.pt"
    if damaged:
        path.write_bytes(path.read_bytes()[:1000])
    else:
        path.unlink()
    sentences = [warning.value for warning in opened().warning]
    assert len(sentences) == 2
    assert "autoencoder.pt is damaged" in sentences[0] if damaged else "β = 0 is missing" in sentences[0]
    assert sentences[1] == "The left half shows VAE, β = 0.1 instead of the autoencoder."


def test_without_a_ladder_the_page_says_how_to_make_it(folder: Path) -> None:
    shutil.rmtree(folder / ladder.FOLDER)
    app = opened()
    assert [error.value for error in app.error] == [
        "The beta ladder is missing: make it with `python -m vae train --preset ladder`."
    ]
    assert not app.warning


def test_without_a_classifier_the_page_works_and_says_what_is_missing(folder: Path) -> None:
    (folder / "classifier.pt").unlink()
    app = opened()
    (warning,) = app.warning
    assert "is missing" in warning.value


def test_leaving_the_page_and_coming_back_keeps_the_view() -> None:
    app = opened()
    tell(app, "beta-0.5", "right", [0.5, 0.75], 1)
    app.get_by_key("completeness_link").set_value("coordinates").run()
    before = view(app)
    follow(app, "Latent map")
    follow(app, "Completeness")
    assert view(app) == before
    assert app.query_params == {"beta": "0.5", "link": "coordinates", "z1": "0.5", "z2": "0.75"}
