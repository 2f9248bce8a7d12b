"""Places drawn by a law and what is made of the pictures there, small and on the shipped models."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vae.measure.draws import JUDGED, LAWS, Verdict, counted, drawn, judged
from vae.measure.intervals import difference
from vae.model import ladder
from vae.model.checkpoint import load
from vae.model.classifier import Classifier, find_classifier
from vae.plane.box import data_box
from vae.plane.prior import prior_draws
from vae.serving.passes import draw

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"
CODES = np.random.default_rng(0).normal((3, -1), (4, 0.5), (2000, 2)).astype(np.float32)


class Reader(Classifier):
    """Reads its logits from the first eleven pixels: 20 times their grey value."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.none = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> Tensor:
        return 20 * images[:, :11]


def picture(**greys: int) -> np.ndarray:
    image = np.zeros(784, np.uint8)
    for name, grey in greys.items():
        image[int(name.removeprefix("d"))] = grey
    return image


@pytest.mark.parametrize("law", LAWS)
def test_draws_are_the_same_for_the_same_seed_only(law) -> None:
    points = drawn(law, CODES, 60, 4)
    assert points.shape == (60, 2)
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, drawn(law, CODES, 60, 4))
    assert not np.array_equal(points, drawn(law, CODES, 60, 5))


def test_draws_follow_their_law() -> None:
    np.testing.assert_array_equal(drawn("prior", CODES, 60, 4), prior_draws(60, 4).numpy())
    own = drawn("own", CODES, 20_000, 1)
    np.testing.assert_allclose(own.mean(axis=0), CODES.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(own.std(axis=0), CODES.std(axis=0), rtol=0.05)
    left, right, bottom, top = data_box(CODES)
    shares = (drawn("box", CODES, 20_000, 1) - (left, bottom)) / (right - left, top - bottom)
    assert shares.min() >= 0
    assert shares.max() <= 1
    np.testing.assert_allclose(
        np.quantile(shares, (0.25, 0.5, 0.75), axis=0).T, 2 * [[0.25, 0.5, 0.75]], atol=0.02
    )


def verdicts(*digits: int | None) -> list[Verdict]:
    """A verdict for each: what it is named, None for not at all."""
    return [Verdict(digit or 0, 0.95, digit is not None, 0.0) for digit in digits]


def test_verdicts_are_counted_with_an_interval() -> None:
    found = counted(verdicts(3, 3, 7, None))
    assert found.share == 0.75
    assert found.judged == 4
    assert found.interval.low < 0.75 < found.interval.high
    assert found.digits == pytest.approx(math.exp(-(2 / 3) * math.log(2 / 3) - (1 / 3) * math.log(1 / 3)))


def test_without_a_name_there_is_no_digit_at_all() -> None:
    found = counted(verdicts(*[None] * 20))
    assert (found.share, found.digits, found.interval.low) == (0, 0, 0)
    assert found.interval.high > 0


def test_a_verdict_is_the_likeliest_digit_with_its_probability() -> None:
    images = np.stack(
        [picture(d7=255), picture(d2=255, d5=255), picture(), picture(d0=128), picture(d10=255)]
    )
    verdicts = judged(images, Reader())
    sure, rest = np.exp(20) / (np.exp(20) + 10), 1 / (np.exp(20) + 10)
    half, little = 1 / (2 + 9 * np.exp(-20)), np.exp(-20) / (2 + 9 * np.exp(-20))
    grey, other = np.array([np.exp(20 * 128 / 255), 1]) / (np.exp(20 * 128 / 255) + 10)
    expected = [
        Verdict(7, sure, True, rest),
        Verdict(2, half, False, little),
        Verdict(0, 1 / 11, False, 1 / 11),
        Verdict(0, grey, True, other),
        Verdict(0, rest, False, sure),
    ]
    assert [(v.digit, v.named) for v in verdicts] == [(v.digit, v.named) for v in expected]
    np.testing.assert_allclose(
        [v.probability for v in verdicts], [v.probability for v in expected], rtol=1e-5
    )
    np.testing.assert_allclose([v.nothing for v in verdicts], [v.nothing for v in expected], atol=1e-6)


def test_the_verdicts_on_real_digits_are_the_networks_own() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        classifier = Classifier().eval()
    images = np.random.default_rng(0).integers(0, 256, (20, 784), dtype=np.uint8)
    images.setflags(write=False)  # as a cached picture may be
    with torch.no_grad():
        shares = classifier(torch.tensor(images).float() / 255).softmax(dim=1)[:, :10].numpy()
    verdicts = judged(images, classifier)
    assert [verdict.digit for verdict in verdicts] == shares.argmax(axis=1).tolist()
    np.testing.assert_allclose([verdict.probability for verdict in verdicts], shares.max(axis=1), rtol=1e-5)


@pytest.fixture(scope="module")
def judge() -> Classifier:
    found = find_classifier(CHECKPOINTS, torch.device("cpu"))
    assert found is not None
    return found


def share(beta: float, law, judge: Classifier):
    """What the page shows for a rung of the ladder."""
    loaded = load(CHECKPOINTS / ladder.file(beta))
    points = drawn(law, loaded.latents.means, JUDGED, 0)
    return counted(judged(draw(loaded.build(), points, torch.device("cpu")), judge))


@pytest.mark.parametrize("law", LAWS)
def test_random_places_of_the_vae_are_digits_more_often_than_those_of_the_autoencoder(law, judge) -> None:
    vae, autoencoder = share(1, "prior", judge), share(0, law, judge)
    assert difference(*vae[:2], *autoencoder[:2]).low > 0
    assert vae.digits > autoencoder.digits


def test_a_collapsed_vae_covers_no_more_than_one_digit(judge) -> None:
    collapsed = share(32, "prior", judge)
    assert collapsed.share * collapsed.digits <= 1
