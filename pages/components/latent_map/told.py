"""What is told of a point on the map, and by whom, as HTML: made anew for every pin, so it must be cheap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pages.components.frame import markup
from pages.components.frame.kinds import called, worded
from pages.components.frame.originals import Images, originals
from pages.components.frame.service import judge
from pages.components.latent_map import words
from pages.components.latent_map.followed import Followed, line
from vae.measure.draws import Verdict
from vae.model.checkpoint import Checkpoint
from vae.plane.limits import NEIGHBOURS
from vae.plane.neighbours import HERE, class_shares, nearest
from vae.plane.prior import prior_density
from vae.serving.batching import MicroBatcher
from vae.serving.decoding import DecoderService

Point = tuple[float, float]  # (z1, z2), as points are kept

PICTURED = 10  # of the nearest digits


class Told(NamedTuple):
    """The panel's parts, HTML but for `digit`, the index of the followed test digit."""

    followed: str
    digit: int
    facts: str
    neighbours: str

    @property
    def html(self) -> tuple[str, ...]:
        """The parts that are HTML, from top to bottom."""
        return self.followed, self.facts, self.neighbours


class Around(NamedTuple):
    """The codes around a pin, and what has to be decoded before anything can be told of it."""

    checkpoint: Checkpoint
    pin: Point
    indices: NDArray[np.int64]  # of the nearest test digits, the nearest first
    distances: NDArray[np.float64]
    own: Images | None  # the originals of all test digits, where they are
    points: NDArray[np.float32]  # (n, 2): the pin, then the codes whose reconstructions are seen
    judge: MicroBatcher[Images, Verdict] | None  # who reads the pin's picture, if somebody can


def around(service: DecoderService, name: str, pin: Point) -> Around:
    """What lies around the pin. Raises UnknownCheckpoint."""
    checkpoint = service.checkpoint(name)
    means = checkpoint.latents.means
    indices, distances = nearest(means, pin, NEIGHBOURS)
    own, _ = originals(checkpoint)
    again = indices[: PICTURED if own is None else 1]
    points = np.asarray([pin, *means[again]], dtype=np.float32)
    return Around(checkpoint, pin, indices, distances, own, points, judge() if checkpoint.is_judged else None)


def told(found: Around, pictures: Images, verdict: Verdict | None) -> Told:
    """The followed digit, the judge's reading, the codes' vote, the place, the nearest test digits.

    `pictures` (n, 784) are what the decoder draws at `found.points`, `verdict` is the judge's on the first.
    """
    checkpoint, pin, indices, distances, own, *_ = found
    labels = checkpoint.latents.labels
    near = bool(distances[0] <= checkpoint.latents.reach)
    counts = class_shares(labels[indices]) if near else np.zeros(10)
    shown = indices[:PICTURED]
    redrawn = pictures[1:]
    images = redrawn if own is None else own[shown]
    notes = [f"{distance:.3f} away" for distance in distances[:PICTURED]]
    row = neighbours(checkpoint, images, labels[shown], notes, own is not None)
    return Told(
        line(followed(checkpoint, int(indices[0]), float(distances[0]), own, redrawn[0])),
        int(indices[0]),
        verdicts(checkpoint, verdict, counts, len(indices)) + markup.facts(place(checkpoint, pin)),
        row + votes_of(checkpoint, counts, len(indices)),
    )


def verdicts(checkpoint: Checkpoint, verdict: Verdict | None, counts: NDArray[np.float64], of: int) -> str:
    """What the judge and the codes say, as HTML: whoever knows these images."""
    rows = [words.reading(verdict)] if checkpoint.is_judged else []
    if checkpoint.classes:
        rows.append(words.vote(counts, of, checkpoint.classes))
    return markup.facts(rows, "verdicts") if rows else ""


def votes_of(checkpoint: Checkpoint, counts: NDArray[np.float64], of: int) -> str:
    """The votes as bars, where there are labels."""
    if not checkpoint.classes:
        return ""
    return f"<h2>Vote of the {of} nearest codes</h2>" + markup.share_bars(counts, of, checkpoint.classes)


def neighbours(
    checkpoint: Checkpoint, images: Images, labels: NDArray[np.uint8], notes: list[str], are_originals: bool
) -> str:
    """The nearest held-out images in a row, the names of their classes beneath."""
    source = "originals" if are_originals else "reconstructions"
    kind = "test digit" if are_originals else "reconstruction of a test digit"
    names = [checkpoint.classes[label] if checkpoint.classes else "" for label in labels]
    return f"<h2>{worded('Nearest test digits', checkpoint)} <span>{source}</span></h2>" + markup.digit_strip(
        images, names, notes, worded(kind, checkpoint)
    )


def followed(
    checkpoint: Checkpoint,
    index: int,
    distance: float,
    own: Images | None,
    redrawn: Images,
) -> Followed:
    """The test digit of this index, whose code is the nearest; `redrawn` (784,) is its reconstruction."""
    latents = checkpoint.latents
    return Followed(
        index=index,
        called=called(int(latents.labels[index]), checkpoint.classes),
        noun=worded("Test digit", checkpoint),
        away=0.0 if distance <= HERE else distance,
        mean=latents.means[index],
        deviation=np.exp(latents.log_variances[index] / 2),
        original=None if own is None else own[index],
        reconstruction=redrawn,
    )


def place(checkpoint: Checkpoint, point: Sequence[float]) -> list[tuple[str, str, str]]:
    """Name, value and note: prior density, distance from the centre."""
    away = f"{math.hypot(*point):.2f}"
    if not checkpoint.model_config.variational:
        return [("Prior density", "none", ""), ("From the centre", away, "")]
    here, peak = prior_density(np.asarray([point, (0.0, 0.0)], dtype=np.float32))
    share = f"{100 * here / peak:.0f} %" if here >= 0.01 * peak else "less than 1 %"
    density = f"{here:.4f}" if here >= 1e-4 else "< 0.0001"
    return [("Prior density", density, f"{share} of its peak"), ("From the centre", away, "σ")]
