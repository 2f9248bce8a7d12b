"""How good a latent space is, beyond likelihood: neighbourhoods."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from vae.latent import Points


def knn_accuracy(means: Points, labels: NDArray[np.uint8], k: int = 10) -> float:
    """Share of digits whose k nearest other latent means vote for their own label, in [0, 1].

    Leave-one-out over means (n, 2) and labels (n,), n > k; ties go to the smaller digit.
    """
    neighbours = NearestNeighbors(n_neighbors=k + 1).fit(means).kneighbors(means, return_distance=False)
    votes = np.zeros((len(means), 10))
    own = np.arange(len(means))[:, None]
    others = neighbours != own
    others[others.all(axis=1), -1] = False  # a duplicate crowded the point itself out of its own list
    rows = np.broadcast_to(own, neighbours.shape)[others]
    np.add.at(votes, (rows, labels[neighbours[others]]), 1)
    return float((votes.argmax(axis=1) == labels).mean())
