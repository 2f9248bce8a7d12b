import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import norm, sem
from torch import Tensor, nn

from vae.measure.traversal import EMPTY, DigitDensity, traverse
from vae.measure.walks import POINTS, Walks, deviation, summary, walks
from vae.model.checkpoint import Latents, load
from vae.model.classifier import Classifier, load_classifier
from vae.plane.pairs import pairs, shown_pairs
from vae.plane.paths import straight

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"
LABELS = np.random.default_rng(0).integers(0, 10, 300).astype(np.uint8)


class Plane(nn.Module):
    """Draws a bright field where z1 > 0 and a dark one elsewhere, abruptly or not."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))

    def decode(self, z: Tensor) -> Tensor:
        return (self.slope * z[:, :1]).expand(-1, 784)


class Bright(Classifier):
    """Names what is bright."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.none = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 11)
        logits[:, 7], logits[:, 10] = 100 * images.mean(dim=1), 50
        return logits


def latents_of(scale: float = 1.0) -> Latents:
    means = (scale * np.random.default_rng(1).normal(size=(300, 2))).astype(np.float32)
    return Latents(means, np.zeros_like(means), LABELS)


def test_walks_are_what_a_traversal_of_each_path_finds() -> None:
    latents, model, ends = latents_of(), Plane(40.0), pairs(LABELS, 20, 0)
    density = DigitDensity(latents.means)
    seen = walks(model, latents, density, Bright(), ends)
    spread = math.sqrt(latents.means.astype(float).var(axis=0).mean())
    assert deviation(latents.means) == pytest.approx(spread)
    for i, (a, b) in enumerate(ends):
        path = straight(tuple(latents.means[a]), tuple(latents.means[b]), POINTS)
        walk = traverse(model, path, density, Bright())
        assert seen.named[i] == pytest.approx((walk.classes.max(axis=1) >= 0.9).mean())
        assert seen.empty[i] == pytest.approx((walk.density < EMPTY * density.typical).mean())
        assert seen.jump[i] == pytest.approx(walk.change.max() * spread, rel=1e-3, abs=1e-4)


def test_a_plane_ten_times_as_large_jumps_as_much() -> None:
    ends = pairs(LABELS, 30, 0)
    small, large = (
        walks(Plane(slope), latents, DigitDensity(latents.means), Bright(), ends)
        for slope, latents in ((5.0, latents_of()), (0.5, latents_of(10.0)))
    )
    np.testing.assert_allclose(small.jump, large.jump, rtol=1e-3)
    np.testing.assert_allclose(small.named, large.named, atol=1.01 / POINTS)


def test_a_walk_that_goes_nowhere_does_not_jump() -> None:
    latents = latents_of()
    seen = walks(Plane(5.0), latents, DigitDensity(latents.means), Bright(), np.array([[4, 4]]))
    assert seen.jump.tolist() == [0]


def test_the_summary_is_the_mean_with_its_standard_error() -> None:
    values = np.random.default_rng(2).exponential(size=(3, 50))
    for found, each in zip(summary(Walks(*values)), values, strict=True):
        low, high = norm.interval(0.95, loc=each.mean(), scale=sem(each))
        assert found.mean == pytest.approx(each.mean())
        assert found.interval == pytest.approx((low, high))


MANY = 150  # pairs, so that the test takes seconds; the record holds 1,000


@pytest.fixture(scope="module")
def walked() -> dict[str, Walks]:
    """The first of the recorded walks of both shipped models, walked again."""
    judge = load_classifier(CHECKPOINTS / "classifier.pt").build()
    found = {}
    for name in ("vae", "autoencoder"):
        checkpoint = load(CHECKPOINTS / f"{name}.pt")
        ends = shown_pairs(checkpoint.latents.labels)[:MANY]
        density = DigitDensity(checkpoint.latents.means)
        found[name] = walks(checkpoint.build(), checkpoint.latents, density, judge, ends)
    return found


def difference(walked: dict[str, Walks], kind: str) -> tuple[float, float]:
    """The 95 % interval of what the VAE has more; pair by pair, because both walk between the same digits."""
    more = getattr(walked["vae"], kind) - getattr(walked["autoencoder"], kind)
    low, high = norm.interval(0.95, loc=more.mean(), scale=sem(more))
    print(f"{kind}: {low:.4f} to {high:.4f} more")
    return low, high


def test_a_digit_can_be_read_on_more_of_the_vaes_way_than_of_the_autoencoders(walked) -> None:
    low, _ = difference(walked, "named")
    assert low > 0


def test_the_vae_leaves_its_codes_less_often(walked) -> None:
    _, high = difference(walked, "empty")
    assert high < 0


def test_the_vae_does_not_jump_less(walked) -> None:
    """Per deviation of its own codes; the page says so, too."""
    _, high = difference(walked, "jump")
    assert high > 0


@pytest.mark.parametrize("name", ["vae", "autoencoder"])
def test_the_recorded_walks_are_these(walked, name) -> None:
    """Both are means over walks drawn alike, so that they differ by chance alone."""
    recorded = load(CHECKPOINTS / f"{name}.pt").figures
    assert recorded["walks_pairs"] == 1000
    for kind, (mean, interval) in summary(walked[name])._asdict().items():
        margin = 2 * (interval.high - mean) + recorded[f"walks_{kind}_margin"]
        assert mean == pytest.approx(recorded[f"walks_{kind}"], abs=margin), kind


def test_the_first_pair_is_a_typical_one(walked) -> None:
    """Drawn by lot, it might have been an odd one: how much more of one model is read is no extreme there."""
    more = walked["vae"].named - walked["autoencoder"].named
    assert 0.05 < (more < more[0]).mean() < 0.95
