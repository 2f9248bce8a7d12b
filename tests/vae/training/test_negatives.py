import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, shift

from vae.training import negatives
from vae.training.negatives import Digits, blurred, shifted


@pytest.fixture(scope="module")
def known(digits) -> Digits:
    return Digits(torch.from_numpy(digits.images), torch.from_numpy(digits.labels).long())


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("kind", negatives.KINDS)
def test_every_kind_makes_pictures_and_the_same_for_the_same_seed(kind, known) -> None:
    made = kind(known, 24, seeded())
    assert made.shape == (24, 1, 28, 28)
    assert made.min() >= 0
    assert made.max() <= 1
    assert torch.equal(made, kind(known, 24, seeded()))
    assert not torch.equal(made, kind(known, 24, seeded(1)))


def test_all_kinds_come_in_one_batch_and_no_real_digit_among_them(known) -> None:
    made = negatives.negatives(known, 80, seeded())
    assert made.shape == (80, 784)
    assert torch.cdist(made, known.images.float() / 255).min(dim=1).values[:70].min() > 0.5


def test_pairs_are_of_different_digits(known) -> None:
    numbered = Digits(known.labels[:, None].expand(-1, 784).to(torch.uint8), known.labels)
    one, other = numbered.pairs(100, seeded())
    assert (one != other).all()


def test_quarters_change_their_places(known) -> None:
    quadrants = torch.zeros(28, 28, dtype=torch.uint8)
    quadrants[:14, 14:], quadrants[14:, :14], quadrants[14:, 14:] = 85, 170, 255
    numbered = Digits(quadrants.view(1, 784).expand(50, -1), torch.full((50,), 5))
    for picture in negatives.quarters(numbered, 20, seeded())[:, 0]:
        corners = [float(picture[i, j]) for i in (0, 27) for j in (0, 27)]
        assert sorted(corners) == pytest.approx([0, 1 / 3, 2 / 3, 1])
        assert all(abs(corner - 1 / 3 * i) > 0.1 for i, corner in enumerate(corners))


def test_a_blur_is_scipys(known) -> None:
    pictures = known.pictures(torch.arange(3))
    soft = blurred(pictures, torch.tensor([0.7, 1.5, 2.5]))
    for picture, found, deviation in zip(pictures[:, 0], soft[:, 0], (0.7, 1.5, 2.5), strict=True):
        oracle = gaussian_filter(picture.numpy(), deviation, mode="constant", radius=9)
        np.testing.assert_allclose(found.numpy(), oracle, atol=1e-5)


def test_a_shift_is_to_the_right_and_down(known) -> None:
    picture = known.pictures(torch.arange(1))
    moved = shifted(picture, torch.tensor([[3.0, -2.0]]))[0, 0].numpy()
    np.testing.assert_allclose(moved, shift(picture[0, 0].numpy(), (-2, 3), order=1), atol=1e-5)
