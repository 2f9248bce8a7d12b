"""The latent map's page without a browser: its panel follows the pin, the address, the chosen checkpoint."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.components.frame import markup, service
from vae.data import load_mnist
from vae.model import checkpoint as checkpoints

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
CHECKPOINTS = service.CHECKPOINTS


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=60)


class Panel(NamedTuple):
    facts: list[str]
    labels: list[int]
    counts: list[int]
    pictures: list[bytes]
    text: str


def panel(app: AppTest) -> Panel:
    html = next(element.value for element in app.html if 'data-testid="neighbours"' in element.value)
    return Panel(
        re.findall(r"</dt><dd><b>([^<]+)</b>", html),
        [int(label) for label in re.findall(r"<figcaption>(\d)</figcaption>", html)],
        [int(count or 0) for count in re.findall(r'class="count">(\d*)<', html)],
        re.findall(r"base64,([^\"]+)\"", html),
        re.sub(r"<[^>]+>", " ", html),
    )


def nearest_labels(name: str, z: tuple[float, float]) -> list[int]:
    """The labels of all test digits by distance from z, worked out again."""
    latents = checkpoints.load(CHECKPOINTS / f"{name}.pt").latents
    return [
        int(label) for label in latents.labels[np.argsort(((latents.means - z) ** 2).sum(1), kind="stable")]
    ]


def coordinates(app: AppTest) -> tuple[float, float]:
    z1, z2 = (float(app.text_input(key=f"latent_map_z{axis}").value) for axis in (1, 2))
    return z1, z2


def test_a_bare_address_shows_the_vae_at_the_origin(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert not app.warning
    assert app.session_state["checkpoint"] == "vae"
    assert coordinates(app) == (0.0, 0.0)
    assert app.query_params == {}


@pytest.mark.parametrize(("z1", "z2"), [(0.75, -1.25), (-2.5, 0.5)])
def test_the_panel_follows_a_typed_point(app: AppTest, z1: float, z2: float) -> None:
    app.run()
    before = panel(app)
    app.text_input(key="latent_map_z1").set_value(str(z1)).run()
    app.text_input(key="latent_map_z2").set_value(str(z2)).run()
    assert not app.exception
    after = panel(app)
    assert after != before
    by_distance = nearest_labels("vae", (z1, z2))
    assert after.labels == by_distance[:10]
    assert after.counts == np.bincount(by_distance[:50], minlength=10).tolist()
    assert float(after.facts[0]) == pytest.approx(np.exp(-(z1**2 + z2**2) / 2) / (2 * np.pi), rel=0.05)
    assert after.facts[1] == f"{np.hypot(z1, z2):.2f}"
    assert app.query_params == {"z1": str(z1), "z2": str(z2)}


@pytest.mark.parametrize(
    ("typed", "kept", "said"),
    [
        ("", 0.5, 0),
        (" ", 0.5, 0),
        ("2,5", 2.5, 0),
        ("-1000", -1000.0, 0),
        ("\N{MINUS SIGN}.75", -0.75, 0),
        ("1001", 0.5, 1),
        ("two", 0.5, 1),
        ("1,000.5", 0.5, 1),
    ],
)
def test_what_is_no_number_leaves_the_old_one(app: AppTest, typed: str, kept: float, said: int) -> None:
    app.query_params.update(z1="0.5", z2="0.25")
    app.run()
    app.text_input(key="latent_map_z1").set_value(typed).run()
    assert not app.exception
    assert coordinates(app) == (kept, 0.25)
    assert len(app.toast) == said
    for toast in app.toast:
        assert toast.value == f"“{typed}” is not a number from −1000 to 1000: z1 stays 0.5."


def test_an_address_reproduces_the_view(app: AppTest) -> None:
    app.query_params.update(model="autoencoder", z1="1.5", z2="-0.25", manifold="1")
    app.run()
    assert not app.exception
    assert app.get_by_key("latent_map_checkpoint").value == "autoencoder"
    assert app.toggle(key="latent_map_manifold").value is True
    assert coordinates(app) == (1.5, -0.25)
    assert panel(app).labels == nearest_labels("autoencoder", (1.5, -0.25))[:10]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [({"z1": "nan"}, "z1 = nan"), ({"z2": "inf"}, "z2 = inf"), ({"model": "gan"}, "model = gan")],
)
def test_a_broken_address_is_named_in_one_sentence(
    app: AppTest, parameters: dict[str, str], named: str
) -> None:
    app.query_params.update(parameters)
    app.run()
    assert not app.exception
    assert len(app.warning) == 1
    assert named in app.warning[0].value
    app.text_input(key="latent_map_z1").set_value("1.0").run()
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
    assert f"<b>{-recorded['log_likelihood_nats']:.1f} nats</b>" in line
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
    monkeypatch.setattr("vae.data.MIRRORS", ("http://127.0.0.1:9/",))  # nobody listens on the discard port
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
    assert panel(app).labels == nearest_labels("autoencoder", (0.0, 0.0))[:10]


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
