"""The page of one digit without a browser: its choices, its address, its questions, its figures."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.components.frame import service
from pages.components.one_digit import data, words
from pages.components.one_digit.view import DigitView
from tests.pages.links import addresses
from tests.pages.widgets import named
from vae.data import binarised_test_images, load_mnist
from vae.measure.inversion import log_likelihoods, log_prior
from vae.model.checkpoint import load
from vae.pictures import examples

MAIN = Path(__file__).parents[3] / "pages" / "main.py"


def opened(**address: str) -> AppTest:
    """The page with all figures on it: its plane is looked around before."""
    name = address.get("model", "vae")
    if service.decoder_service().checkpoint(name).model_config.variational:
        assert data.is_looked_around(name, timeout=300)
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page("one_digit.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception
    return app


def view(app: AppTest) -> DigitView:
    found = app.session_state["one_digit"]
    assert isinstance(found, DigitView)
    return found


def text(app: AppTest, testid: str) -> str:
    html = next(element.value for element in app.html if f'data-testid="{testid}"' in element.value)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_bare_address_opens_the_first_test_digit(mnist: Path) -> None:
    app = opened()
    assert view(app) == DigitView("vae")
    assert app.query_params == {}
    assert text(app, "sentence").endswith("Test digit 0, a 7: the network did not see it in training.")
    assert addresses(app)["One digit"] == {}


def test_digits_are_chosen_by_label_number_next_and_chance(mnist: Path) -> None:
    labels = load_mnist("test", mnist).labels
    app = opened()
    named(app.selectbox, "one_digit_label").set_value(4).run()
    assert view(app).digit == int(np.flatnonzero(labels == 4)[0])
    app.button(key="one_digit_next").click().run()
    assert view(app).digit == int(np.flatnonzero(labels == 4)[0]) + 1
    named(app.text_input, "one_digit_number").set_value("9999").run()
    assert app.query_params["digit"] == "9999"
    app.button(key="one_digit_next").click().run()
    assert view(app).digit == 0
    shown = set()
    for _ in range(4):
        app.button(key="one_digit_random").click().run()
        shown.add(view(app).digit)
    assert len(shown) > 1
    named(app.text_input, "one_digit_number").set_value("12000").run()
    assert view(app).digit in shown


@pytest.mark.parametrize("name", ["letter", "noise", "blank", "upside_down"])
def test_an_example_takes_the_digits_place_and_stands_in_the_address(name: str, mnist: Path) -> None:
    app = opened()
    named(app.selectbox, "one_digit_example").set_value(name).run()
    assert not app.exception
    shown = view(app).picture
    assert shown is not None
    four = load_mnist("test", mnist).images[4]  # the first 4
    expected = {
        "letter": examples.letter(),
        "noise": examples.grey_noise(),
        "blank": examples.blank(),
        "upside_down": four[::-1],
    }[name]
    assert shown == expected.tobytes()
    assert view(opened(x=app.query_params["x"])).picture == shown
    app.button(key="one_digit_next").click().run()
    assert view(app).picture is None


def test_what_the_machine_tells_is_kept(mnist: Path) -> None:
    images = load_mnist("test", mnist).images
    app = opened()
    told = {
        "clean": base64.b64encode(images[0].tobytes()).decode(),
        "noise": 0.25,
        "rubbed": base64.b64encode(bytes([255] * 98)).decode(),
        "eps": [0.5, -9.0],
        "count": 1,
    }
    app.session_state["one_digit_machine"] = {"digit": told}
    app.run()
    assert not app.exception
    found = view(app)
    assert (found.picture, found.noise, found.eps) == (None, 0.25, (0.5, -3.0))
    assert found.mask is not None
    assert found.mask.all()
    told |= {"clean": base64.b64encode(images[1].tobytes()).decode(), "count": 2, "rubbed": ""}
    app.session_state["one_digit_machine"] = {"digit": told}
    app.run()
    assert (view(app).picture, view(app).mask) == (images[1].tobytes(), None)


def test_the_account_is_that_of_the_recorded_test_image(mnist: Path) -> None:
    """Its binary pixels are those of all figures; its log p(x) is above a bound by importance sampling."""
    images = binarised_test_images(torch.from_numpy(load_mnist("test", mnist).images))
    assert data.is_looked_around("vae", timeout=300)
    for index in (0, 77, 4321):
        binary = data.binary(load_mnist("test", mnist).images[index], index)
        np.testing.assert_array_equal(binary, images[index].numpy())
        found = data.account("vae", binary.tobytes())
        model = load(service.CHECKPOINTS / "vae.pt").build()
        generator = torch.Generator().manual_seed(0)
        mean, deviation = (torch.from_numpy(part).float() for part in found.best)
        proposal = torch.distributions.Normal(mean, 1.3 * deviation)
        z = mean + 1.3 * deviation * torch.randn(2000, 2, generator=generator)
        with torch.inference_mode():
            height = log_likelihoods(model.decode(z), images[index][None])[0] + log_prior(z)
        weights = height - proposal.log_prob(z).sum(dim=1)
        estimate = float(weights.logsumexp(dim=0)) - float(np.log(2000))
        assert found.log_likelihood > estimate - 0.1
        assert found.log_likelihood - found.elbo == pytest.approx(
            found.approximation_gap + found.amortisation_gap
        )


def test_variations_are_shown_and_their_files_say_how_they_were_made(mnist: Path) -> None:
    app = opened(count="3", temperature="2")
    shown = next(element.value for element in app.html if 'data-testid="variations"' in element.value)
    found = data.variations("vae", load_mnist("test", mnist).images[0].tobytes(), 3, 2.0)
    pictures = [base64.b64decode(part) for part in re.findall(r"base64,([^\"]+)", shown)]
    for picture, image in zip(pictures, found.images, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(picture))).ravel(), image)
    assert "Of 3, the classifier reads 3 as a 7" in text(app, "verdicts-of-more")
    made = words.how_made(
        "VAE", words.image(view(app), load(service.CHECKPOINTS / "vae.pt"), data.images_for("vae")), 3, 2.0
    )
    assert "2 * sigma" in made
    assert "test digit 0" in made


def test_an_autoencoder_says_what_it_lacks(mnist: Path) -> None:
    app = opened(model="autoencoder")
    assert "no KL divergence" in text(app, "sentence")
    assert any("no posterior to draw from" in element.value for element in app.caption)


def test_nothing_is_asked_unless_wished(mnist: Path) -> None:
    app = opened()
    assert not [control for control in app.get("button_group") if "ask" in (control.key or "")]
    named(app.toggle, "one_digit_ask").set_value(True).run()
    assert app.query_params == {"ask": "1"}
    assert len([c for c in app.get("button_group") if "one_digit_ask" in (c.key or "")]) == 3


CHOICES = {"nine": words.LANDINGS, "half": words.GROWTHS, "blank": words.LIKELIER}


@pytest.mark.parametrize("name", CHOICES)
def test_the_answer_waits_for_a_choice_and_only_one_is_right(name: str, mnist: Path) -> None:
    app = opened(ask="1")
    assert not any("answer-" in element.value for element in app.html)
    right = 0
    for choice in CHOICES[name]:
        app.get_by_key(f"one_digit_ask_{name}").set_value(choice).run()
        assert not app.exception
        right += text(app, f"answer-{name}").startswith("Yes.")
    assert right == 1


def test_without_mnist_other_digits_take_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LATENT_ATLAS_DATA", str(tmp_path))
    app = opened(digit="5000")
    assert "scikit-learn’s digit 1406" in text(app, "sentence")
    assert app.button(key="one_digit_download")
