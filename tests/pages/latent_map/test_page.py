"""The latent map's page without a browser: its panel follows the pin, the address, the chosen checkpoint."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.components.frame import markup, service
from pages.components.latent_map import words
from tests.pages.told import told_of
from tests.pages.widgets import named
from vae.data import MNIST_FILES, load_mnist
from vae.measure.draws import judged
from vae.model import checkpoint as checkpoints
from vae.model.classifier import load_classifier

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
CHECKPOINTS = service.CHECKPOINTS


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=60)


class Panel(NamedTuple):
    verdicts: list[tuple[str, str, str]]
    facts: list[str]
    labels: list[int]
    counts: list[int]
    pictures: list[bytes]
    text: str


def panel(app: AppTest) -> Panel:
    """What the panel tells of the pin that the page hands to the map."""
    html = html_of(app, "neighbours")
    return Panel(
        rows(app, "verdicts"),
        [value for _, value, _ in rows(app, "facts")],
        [int(label) for label in re.findall(r"<figcaption>(\d)</figcaption>", html)],
        [int(count or 0) for count in re.findall(r'class="count">(\d*)<', html)],
        re.findall(r"base64,([^\"]+)\"", html),
        re.sub(r"<[^>]+>", " ", html),
    )


def html_of(app: AppTest, testid: str) -> str:
    """The piece of panel or page with this name."""
    pieces = [*told_of(app).html, *(element.value for element in app.html)]
    return next(piece for piece in pieces if f'data-testid="{testid}"' in piece)


def rows(app: AppTest, testid: str) -> list[tuple[str, str, str]]:
    """Name, value and note of the lines of one list."""
    found = html_of(app, testid).partition(f'data-testid="{testid}"')[2].partition("</dl>")[0]
    return re.findall(r"<dt>([^<]+)</dt><dd><b>([^<]+)</b> <span>([^<]*)<", found)


def nearest_labels(name: str, z: tuple[float, float]) -> list[int]:
    """The labels of all test digits by distance from z, worked out again."""
    latents = checkpoints.load(CHECKPOINTS / f"{name}.pt").latents
    return [
        int(label) for label in latents.labels[np.argsort(((latents.means - z) ** 2).sum(1), kind="stable")]
    ]


def coordinates(app: AppTest) -> tuple[float, float]:
    return app.session_state["latent_map"].pin


def pin(app: AppTest, z1: float, z2: float) -> AppTest:
    """The map tells of its pin for the first time, as it does when the hand has left it."""
    count = (
        app.session_state["latent_map_plane_heard"] + 1
        if "latent_map_plane_heard" in app.session_state
        else 1
    )
    app.session_state["latent_map_plane"] = {"pin": {"pin": [z1, z2], "count": count, "since": count}}
    return app.run()


def test_a_bare_address_shows_the_vae_at_the_origin(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert not app.warning
    assert app.session_state["checkpoint"] == "vae"
    assert coordinates(app) == (0.0, 0.0)
    assert app.query_params == {}


@pytest.mark.parametrize(("z1", "z2"), [(0.75, -1.25), (-2.5, 0.5)])
def test_the_panel_tells_of_the_pin(app: AppTest, z1: float, z2: float) -> None:
    app.run()
    before = panel(app)
    pin(app, z1, z2)
    assert not app.exception
    after = panel(app)
    assert after != before
    by_distance = nearest_labels("vae", (z1, z2))
    assert after.labels == by_distance[:10]
    counts = np.bincount(by_distance[:50], minlength=10)
    assert after.counts == counts.tolist()
    name, digit, votes = after.verdicts[1]
    assert (name, digit[-1], votes) == (
        "Vote of codes",
        str(counts.argmax()),
        f"{counts.max()} of the 50 nearest",
    )
    assert float(after.facts[0]) == pytest.approx(np.exp(-(z1**2 + z2**2) / 2) / (2 * np.pi), rel=0.05)
    assert after.facts[1] == f"{np.hypot(z1, z2):.2f}"
    assert app.query_params == {"z1": str(z1), "z2": str(z2)}


def test_an_address_reproduces_the_view(app: AppTest) -> None:
    app.query_params.update(model="autoencoder", z1="1.5", z2="-0.25", manifold="1")
    app.run()
    assert not app.exception
    assert app.get_by_key("latent_map_checkpoint").value == "autoencoder"
    assert named(app.toggle, "latent_map_manifold").value is True
    assert coordinates(app) == (1.5, -0.25)
    assert panel(app).labels == nearest_labels("autoencoder", (1.5, -0.25))[:10]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [({"z1": "nan"}, "z1 = nan"), ({"z2": "inf"}, "z2 = inf"), ({"model": "gan"}, "model = gan")],
)
def test_a_broken_address_is_named_in_one_sentence(
    app: AppTest, parameters: dict[str, str], said: str
) -> None:
    app.query_params.update(parameters)
    app.run()
    assert not app.exception
    assert len(app.warning) == 1
    assert said in app.warning[0].value
    pin(app, 1.0, 0.0)
    assert not app.warning
    assert app.query_params == {"z1": "1.0", "z2": "0.0"}


def test_another_checkpoint_keeps_the_point_and_changes_the_neighbours(app: AppTest) -> None:
    app.query_params.update(z1="0.5", z2="0.5")
    app.run()
    vae = panel(app)
    app.get_by_key("latent_map_checkpoint").set_value("autoencoder").run()
    assert not app.exception
    assert coordinates(app) == (0.5, 0.5)
    assert panel(app).labels == nearest_labels("autoencoder", (0.5, 0.5))[:10]
    assert panel(app).pictures != vae.pictures
    assert panel(app).facts[0] == "none"
    assert app.query_params == {"model": "autoencoder", "z1": "0.5", "z2": "0.5"}


def test_the_figures_are_the_checkpoints_own_record(app: AppTest) -> None:
    app.run()
    recorded = checkpoints.load(CHECKPOINTS / "vae.pt").figures
    line = next(element.value for element in app.html if 'data-testid="figures"' in element.value)
    assert f"log p(x) <b>−{-recorded['log_likelihood_nats']:.1f} nats</b>" in line
    assert f"ELBO <b>−{-recorded['elbo_nats']:.1f} nats</b>" in line
    assert f"<b>{recorded['kl_nats']:.1f} nats</b>" in line
    assert f"<b>{100 * recorded['knn_accuracy']:.1f} %</b>" in line


def test_neighbours_are_the_original_images_where_mnist_is_at_hand(app: AppTest, mnist: Path) -> None:
    app.run()
    latents = checkpoints.load(CHECKPOINTS / "vae.pt").latents
    first = np.argmin((latents.means**2).sum(1))
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(panel(app).pictures[0]))))
    np.testing.assert_array_equal(shown.ravel(), load_mnist("test", mnist).images[first])
    assert "originals" in panel(app).text
    assert not any("download" in button.key for button in app.button)


def test_without_mnist_neighbours_are_reconstructions_and_the_download_is_offered(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENT_ATLAS_DATA", str(tmp_path / "empty"))
    app.run()
    assert not app.exception
    assert "reconstructions" in panel(app).text
    latents = checkpoints.load(CHECKPOINTS / "vae.pt").latents
    first = latents.means[np.argmin((latents.means**2).sum(1))]
    expected = service.decoder_service().decode("vae", first[None]).images[0]
    assert base64.b64decode(panel(app).pictures[0]) == markup.digit_png(expected)
    assert any("Drawn again by the decoder" in caption.value for caption in app.caption)
    assert app.button(key="latent_map_download").label.startswith("Download")


def test_a_download_without_a_network_is_one_sentence(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENT_ATLAS_DATA", str(tmp_path / "empty"))
    nobody = replace(MNIST_FILES, mirrors=("http://127.0.0.1:9/",))  # who listens on the discard port?
    monkeypatch.setattr("vae.data.MNIST_FILES", nobody)
    app.run()
    app.button(key="latent_map_download").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert "could not be downloaded" in app.error[0].value
    assert str(tmp_path) not in app.error[0].value
    assert panel(app).labels == nearest_labels("vae", (0.0, 0.0))[:10]


def test_damaged_originals_are_named_and_replaced(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (tmp_path / f"{name}-ubyte.gz").write_bytes(b"not MNIST")
    monkeypatch.setenv("LATENT_ATLAS_DATA", str(tmp_path))
    app.run()
    assert not app.exception
    assert any("t10k-images-idx3-ubyte.gz is damaged" in caption.value for caption in app.caption)
    assert not any(str(tmp_path.parent) in caption.value for caption in app.caption)
    assert "reconstructions" in panel(app).text


def test_a_damaged_checkpoint_is_named_and_the_other_still_shown(app: AppTest, folder: Path) -> None:
    whole = (folder / "vae.pt").read_bytes()
    (folder / "vae.pt").write_bytes(whole[: len(whole) // 2])
    app.query_params["model"] = "vae"
    app.run()
    assert not app.exception
    assert any(f"{folder.name}/vae.pt is damaged" in warning.value for warning in app.warning)
    assert app.session_state["checkpoint"] == "autoencoder"
    hole = checkpoints.load(folder / "autoencoder.pt").latents.hole
    assert panel(app).labels == nearest_labels("autoencoder", hole)[:10]


def test_without_any_checkpoint_the_page_says_what_to_do(app: AppTest, folder: Path) -> None:
    for path in folder.rglob("*.pt"):
        path.unlink()
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert f"{folder.name}/vae.pt does not exist" in app.error[0].value


def test_a_wrong_device_is_one_sentence(app: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENT_ATLAS_DEVICE", "abacus")
    app.run()
    assert not app.exception
    assert [error.value.split(" ")[:3] for error in app.error] == [["The", "device", "'abacus'"]]


def test_the_lead_is_three_short_sentences_without_jargon(app: AppTest) -> None:
    for name in ("vae", "autoencoder"):
        app.query_params["model"] = name
        app.run()
        text = re.sub(r"<[^>]+>", " ", html_of(app, "lead"))
        sentences = [part.split() for part in re.split(r"[.?]", text) if part.strip()]
        assert len(sentences) <= 3
        assert max(map(len, sentences)) <= 20
        assert not re.search(r"nats|KL|ELBO|posterior|prior|latent", text)


def test_the_autoencoder_opens_in_its_hole_and_says_how_far_its_codes_reach(app: AppTest) -> None:
    app.query_params["model"] = "autoencoder"
    app.run()
    latents = checkpoints.load(CHECKPOINTS / "autoencoder.pt").latents
    assert coordinates(app) == latents.hole
    assert panel(app).verdicts[1] == ("Vote of codes", "no code lives near here", "")
    assert panel(app).counts == [0] * 10
    assert "central 85 %" in html_of(app, "reach")
    farthest = np.linalg.norm(latents.means, axis=1).max()
    assert f"out to {farthest:.0f} from the centre" in html_of(app, "reach")
    assert app.query_params == {"model": "autoencoder"}


def test_from_one_models_usual_point_the_control_leads_to_the_others(app: AppTest) -> None:
    app.run()
    app.get_by_key("latent_map_checkpoint").set_value("autoencoder").run()
    assert coordinates(app) == checkpoints.load(CHECKPOINTS / "autoencoder.pt").latents.hole
    assert app.query_params == {"model": "autoencoder"}
    app.get_by_key("latent_map_checkpoint").set_value("vae").run()
    assert coordinates(app) == (0.0, 0.0)
    assert not any('data-testid="reach"' in element.value for element in app.html)


def test_of_the_two_grounds_the_one_switched_last_is_shown(app: AppTest) -> None:
    app.run()
    named(app.toggle, "latent_map_manifold").set_value(True).run()
    assert app.query_params == {"manifold": "1"}
    named(app.toggle, "latent_map_legible").set_value(True).run()
    assert not app.exception
    assert app.query_params == {"legible": "1"}
    assert named(app.toggle, "latent_map_manifold").value is False
    named(app.toggle, "latent_map_legible").set_value(False).run()
    assert app.query_params == {}


@pytest.mark.parametrize("name", ["vae", "autoencoder"])
@pytest.mark.parametrize("index", [0, 1234, 9999])
def test_a_pin_at_a_code_follows_that_test_digit(app: AppTest, mnist: Path, name: str, index: int) -> None:
    latents = checkpoints.load(CHECKPOINTS / f"{name}.pt").latents
    z1, z2 = (f"{value:.4f}" for value in latents.means[index])
    app.query_params.update(model=name, z1=z1, z2=z2)
    app.run()
    line = html_of(app, "followed").partition("</div></div>")[0]
    assert f"Test digit {index}, a" in line
    assert f" {latents.labels[index]} <span>at the marker<" in line
    original, redrawn = re.findall(r"base64,([^\"]+)\"", line)
    assert base64.b64decode(original) == markup.digit_png(load_mnist("test", mnist).images[index])
    decoded = service.decoder_service().decode(name, latents.means[index : index + 1]).images[0]
    assert base64.b64decode(redrawn) == markup.digit_png(decoded)
    text = re.sub(r"<[^>]+>", " ", line).replace("−", "-")
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", text)]
    np.testing.assert_allclose(numbers[:2], latents.means[index], atol=0.0051)
    if name == "vae":
        np.testing.assert_allclose(numbers[2:], np.exp(latents.log_variances[index] / 2), atol=0.00051)
    else:
        assert "no noise" in text


def test_elsewhere_the_nearest_test_digit_is_followed(app: AppTest) -> None:
    app.query_params.update(z1="3.0", z2="3.0")
    app.run()
    means = checkpoints.load(CHECKPOINTS / "vae.pt").latents.means
    away = np.linalg.norm(means - (3.0, 3.0), axis=1)
    assert f"Test digit {away.argmin()}, a" in html_of(app, "followed")
    assert f"the nearest, {away.min():.3f} away" in html_of(app, "followed")


def test_the_reading_is_the_classifiers_of_the_decoded_picture(app: AppTest) -> None:
    for z in ((0.0, 0.0), (1.0, 1.5), (-3.0, 3.0), (0.2, -0.4)):
        app.query_params.update(z1=str(z[0]), z2=str(z[1]))
        app.run()
        picture = service.decoder_service().decode("vae", np.float32([z])).images
        (verdict,) = judged(picture, load_classifier(CHECKPOINTS / "classifier.pt").build())
        assert panel(app).verdicts[0] == words.reading(verdict)


def test_without_a_classifier_the_panel_says_that_nothing_is_read(app: AppTest, folder: Path) -> None:
    (folder / "classifier.pt").unlink()
    app.run()
    assert not app.exception
    assert panel(app).verdicts[0] == ("The judge reads", "nothing", "its file is missing")


def test_the_followed_digit_is_the_nearest(app: AppTest) -> None:
    app.query_params.update({"model": "autoencoder", "z1": "1.0", "z2": "0.5"})
    app.run()
    means = checkpoints.load(CHECKPOINTS / "autoencoder.pt").latents.means
    index = int(np.linalg.norm(means - (1.0, 0.5), axis=1).argmin())
    assert told_of(app).digit == index
    assert f'data-index="{index}"' in html_of(app, "followed")
