import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vae.measure.draws import COUNTS, Verdict, drawn, judged
from vae.model.classifier import Classifier
from vae.plane.prior import prior_draws


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


def test_draws_are_the_priors_and_the_same_for_the_same_seed() -> None:
    points = drawn(60, 4)
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, prior_draws(60, 4).numpy())
    np.testing.assert_array_equal(points, drawn(60, 4))
    assert not np.array_equal(points, drawn(60, 5))


@pytest.mark.parametrize("count", [COUNTS[0] - 1, COUNTS[1] + 1, -5])
def test_too_few_or_too_many_draws_are_one_sentence(count) -> None:
    with pytest.raises(ValueError, match=f"between {COUNTS[0]} and {COUNTS[1]}, not {count}"):
        drawn(count, 0)


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
