import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from vae.config import ModelConfig
from vae.measure import quality
from vae.measure.quality import knn_accuracy
from vae.model.network import VAE


def test_knn_accuracy_agrees_with_leave_one_out_cross_validation() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 4, 150).astype(np.uint8)
    means = (generator.normal(size=(150, 2)) + labels[:, None]).astype(np.float32)
    oracle = cross_val_score(KNeighborsClassifier(10), means, labels, cv=LeaveOneOut()).mean()
    assert knn_accuracy(means, labels) == pytest.approx(oracle)


def test_duplicates_do_not_vote_for_themselves() -> None:
    means = np.zeros((30, 2), np.float32)
    labels = np.array([0] * 15 + [1] * 15, np.uint8)
    assert 0 <= knn_accuracy(means, labels) <= 1
    assert knn_accuracy(means, np.zeros(30, np.uint8)) == 1


def small_vae() -> VAE:
    torch.manual_seed(0)
    model = VAE(ModelConfig(hidden=16, decoder_blocks=1)).double().eval()
    for parameter in model.decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model


class Linear(torch.nn.Module):
    """Pictures whose logits are linear in z, so that the metric has a closed form."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.randn(2, 784, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return z @ self.weight


def test_the_metric_has_its_closed_form_for_linear_logits() -> None:
    model, z = Linear(), torch.randn(5, 2, dtype=torch.float64)
    slope = torch.sigmoid(z @ model.weight)
    jacobian = (slope * (1 - slope))[:, :, None] * model.weight.T  # (5, 784, 2)
    torch.testing.assert_close(quality.metric(model, z), jacobian.transpose(1, 2) @ jacobian)


def test_continuity_agrees_with_finite_differences() -> None:
    model = small_vae()
    z = torch.randn(40, 2, dtype=torch.float64)
    step = 1e-5
    changes = []
    for direction in torch.eye(2, dtype=torch.float64):
        difference = torch.sigmoid(model.decoder(z + step * direction)) - torch.sigmoid(model.decoder(z))
        changes.append((difference / step).square().sum(dim=1))
    change = torch.stack(changes).mean(dim=0).sqrt()
    # decode() returns single precision, finite differences need double: hence the decoder itself above
    measured = quality.continuity(model, z)
    assert measured.median == pytest.approx(change.quantile(0.5).item(), rel=1e-3)
    assert measured.percentile_99 == pytest.approx(change.quantile(0.99).item(), rel=1e-3)
    assert measured.ratio == pytest.approx(measured.percentile_99 / measured.median)


def test_completeness_counts_confident_verdicts() -> None:
    class Judge(torch.nn.Module):
        """Sure of itself where the mean ink is above one half, undecided elsewhere."""

        def __init__(self) -> None:
            super().__init__()
            self.anything = torch.nn.Parameter(torch.zeros(1))

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            logits = torch.zeros(len(images), 11)
            logits[images.mean(dim=1) > 0.5, 3] = 100
            return logits

    def ink(z: torch.Tensor) -> torch.Tensor:
        return z[:, :1].expand(-1, 784)  # above one half where z1 > 0

    z = torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 5.0], [-1.0, 0.0]])
    result = quality.completeness(ink, Judge(), z)
    assert result.share == 0.75
    assert result.confidence == pytest.approx(0.75 + 0.25 / 11)
    assert result.digits == 1  # always a 3
    assert result.covered == pytest.approx(0.075)
    assert result.places == 4


class Painter(torch.nn.Module):
    """Sees the digit that `drawing` drew, or none at all."""

    def __init__(self) -> None:
        super().__init__()
        self.anything = torch.nn.Parameter(torch.zeros(1))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return 100 * images[:, :11]


def drawing(z: torch.Tensor) -> torch.Tensor:
    """Logits that brighten the pixel whose number is z1."""
    return 100 * (torch.arange(784) == z[:, :1].long()).float() - 50


@pytest.mark.parametrize(
    ("drawn", "share", "covered"),
    [
        (list(range(10)), 1, 1),  # all ten digits, equally often
        ([8] * 30, 1, 0.1),  # one digit everywhere
        ([10] * 30, 0, 0),  # nothing that is a digit
        ([0, 1, 2, 3, 4, 10, 10, 10, 10, 10], 0.5, 0.25),  # half of the digits in half of the places
    ],
)
def test_digits_covered_tells_a_complete_plane_from_a_collapsed_one(drawn, share, covered) -> None:
    z = torch.tensor([[float(digit), 0.0] for digit in drawn])
    found = quality.completeness(drawing, Painter(), z)
    assert found.share == pytest.approx(share)
    assert found.covered == pytest.approx(covered)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=10))
def test_the_effective_count_is_the_exponential_of_the_entropy(counts) -> None:
    found = quality.effective_count(torch.tensor(counts))
    if not sum(counts):
        assert math.isnan(found)
        return
    assert found == pytest.approx(math.exp(entropy(counts)))
    assert 1 - 1e-9 <= found <= sum(count > 0 for count in counts) + 1e-9


def test_equal_counts_are_counted() -> None:
    assert quality.effective_count(torch.tensor([7, 0, 7, 7])) == pytest.approx(3)
