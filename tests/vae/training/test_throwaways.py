import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from vae.data import Digits
from vae.training import throwaways
from vae.training.throwaways import drawn, empty_places, neighbours

CPU = torch.device("cpu")


def test_neighbours_are_the_nearest_training_images_and_their_labels(digits) -> None:
    known, labels = (
        torch.from_numpy(digits.images[:300]).float() / 255,
        torch.from_numpy(digits.labels).long(),
    )
    asked = torch.from_numpy(digits.images[300:320])
    near = neighbours(asked, known, labels)
    apart = cdist(asked.numpy() / 255, known.numpy())
    np.testing.assert_allclose(near.distance.numpy(), apart.min(axis=1), rtol=1e-4)
    for votes, row in zip(near.votes, apart, strict=True):
        wanted = np.bincount(digits.labels[np.argsort(row)[:10]], minlength=10)
        np.testing.assert_array_equal(votes.numpy(), wanted)


def test_empty_places_are_away_from_all_codes() -> None:
    codes = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0))
    places = empty_places(codes, torch.Generator().manual_seed(0))
    assert 0 < len(places) < throwaways.PLACES
    apart = cdist(codes.numpy(), codes.numpy())
    np.fill_diagonal(apart, np.inf)
    assert cdist(places.numpy(), codes.numpy()).min() > np.median(apart.min(axis=1))


@pytest.fixture(scope="module")
def found(digits) -> throwaways.Drawn:
    return drawn(Digits(digits.images[:600], digits.labels[:600]), 0, CPU)


def test_what_they_draw_can_be_read_or_resembles_nothing(found, digits) -> None:
    known = torch.from_numpy(digits.images[:600]).float() / 255
    labels = torch.from_numpy(digits.labels).long()
    votes = neighbours(found.digits, known, labels).votes
    assert (votes.gather(1, found.labels[:, None]) >= throwaways.AGREED).all()
    assert (neighbours(found.strangers, known, labels).votes.amax(dim=1) <= throwaways.DOUBTFUL).all()


def test_the_same_seed_draws_the_same(found, digits) -> None:
    again = drawn(Digits(digits.images[:600], digits.labels[:600]), 0, CPU)
    assert all(torch.equal(one, other) for one, other in zip(found, again, strict=True))
