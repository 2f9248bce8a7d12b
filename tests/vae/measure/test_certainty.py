import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vae.measure import certainty as module
from vae.measure.certainty import certainty
from vae.model.classifier import Classifier, class_probabilities
from vae.plane.box import Box

BOX = Box(-1.0, 2.0, 0.0, 1.0)


class Reader(Classifier):
    """Sees in the first pixel where it is: sure of a 3 at the right, of nothing at the left."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.none = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 11)
        logits[:, 3], logits[:, 10] = 50 * images[:, 0], 50 * (1 - images[:, 0])
        return logits


def at_the_right(z: Tensor) -> Tensor:
    return (1000 * z[:, :1]).expand(-1, 784)


def above(z: Tensor) -> Tensor:
    return (1000 * (z[:, 1:] - 0.5)).expand(-1, 784)


def test_columns_run_along_z1_and_row_0_is_at_the_top() -> None:
    painted = certainty(at_the_right, Reader(), BOX, 2, 6)
    assert painted.shape == (2, 6)
    np.testing.assert_allclose(painted, [[0, 0, 1, 1, 1, 1]] * 2, atol=1e-6)
    np.testing.assert_allclose(certainty(above, Reader(), BOX, 2, 3), [[1] * 3, [0] * 3], atol=1e-6)


def test_it_is_the_judges_own_probability_however_it_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        judge, weight = Classifier().eval(), torch.randn(2, 784)

    def decoder(z: Tensor) -> Tensor:
        return z @ weight

    painted = certainty(decoder, judge, BOX, 3, 4)
    monkeypatch.setattr(module, "BATCH", 5)
    np.testing.assert_allclose(certainty(decoder, judge, BOX, 3, 4), painted, atol=1e-6)
    place = torch.tensor([[-1 + 3 * 2.5 / 4, 1 - 0.5 / 3]])  # third of four columns, first of three rows
    sure = class_probabilities(judge, torch.sigmoid(decoder(place))).max()
    assert painted[0, 2] == pytest.approx(float(sure), abs=1e-5)
