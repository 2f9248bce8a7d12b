"""What the continuity page says about a path and about how even a plane is, in words for students."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pages.components.continuity.claim import unmeasured
from pages.components.continuity.view import Mode
from pages.components.frame.kinds import called, worded
from pages.components.frame.views import Point
from vae.measure.quality import CONFIDENT
from vae.measure.traversal import Traversal
from vae.model.checkpoint import Checkpoint
from vae.plane.box import Box
from vae.plane.paths import PathKind, goes_straight

TASKS: Mapping[Mode, str] = {
    "path": "Drag the slider: each model walks between the same two test digits, through its own plane.",
    "axes": "Drag a slider: one number changes and the other stays. A click on the map moves the point.",
}

NEXT_PAIR = "The next of 1,000 pairs of test digits, in the order in which they were drawn by lot."
MEASURING = "This decoder's plane is being measured, once; until that is done, the path is straight."
SEARCHING = "The geodesic is being looked for; until it is found, the path is straight."
BUSY = "Many paths are asked for at this moment, and this one has not had its turn."

SAME_LENGTH = 0.005  # relative difference of two lengths that is not worth a word
ALIKE = 0.05  # relative difference of two ratios that is not worth a verdict

KIND_NAMES: Mapping[PathKind, str] = {
    "straight": "Straight",
    "spherical": "Spherical",
    "geodesic": "Geodesic",
}

MODE_NAMES: Mapping[Mode, str] = {"path": "The path", "axes": "One axis"}

# what lies behind the points: its name, and what it shows
GROUNDS = {
    "legible": ("Is it a digit?", "Dark where the judge reads no digit in what the decoder draws."),
    "magnification": (
        "Area magnification",
        "How much larger a small patch of the plane becomes in picture space: √det JᵀJ.",
    ),
}

PURPOSES: Mapping[PathKind, str] = {
    "straight": "Straight: to see what lies between two codes.",
    "spherical": "Spherical: to keep a distance from the middle, by a turn around the origin.",
    "geodesic": "Geodesic: to change the picture as little as possible on the way.",
}


def odd_ends(a: Point, b: Point, data: Box) -> str | None:
    """One sentence on ends that make a path odd, None if they do not. `data` is where test digits live."""
    if a == b:
        return "A and B are the same point, so nothing changes along the path: move one of them."
    far = [name for name, end in (("A", a), ("B", b)) if not data.holds(end)]
    if far:
        return _far(" and ".join(far) + (" lies" if len(far) == 1 else " lie"))
    return None


def readable(walks: Sequence[tuple[str, Traversal]]) -> str:
    """One sentence: how much of each model's walk the judge reads; without a judge, what walks show."""
    shares = [
        (title, 100 * float((walk.classes.max(axis=1) >= CONFIDENT).mean()))
        for title, walk in walks
        if walk.classes is not None
    ]
    if not shares:
        return "Codes close together decode to pictures close together: every place has a picture of its own."
    told = " and on ".join(f"{share:.0f} % of the {title}'s walk" for title, share in shares)
    return f"A digit can be read on {told}."


def substitutes(free: Sequence[str], title: str, labels: tuple[int, int], checkpoint: Checkpoint) -> str:
    """What the other model does about ends that are no test digits; "" if all are."""
    if not free:
        return ""
    who = " and ".join(free) + (" is no test digit" if len(free) == 1 else " are no test digits")
    one, other = (called(label, checkpoint.classes) for label in labels)
    which = f", {one} and {other}" if one else ""
    return worded(f"{who}: the {title} walks between the nearest ones{which}.", checkpoint)


def no_companion(title: str) -> str:
    return f"The {title} was given other test digits, so it cannot walk between these."


def path_sentence(kind: PathKind, a: Point, b: Point, traversal: Traversal, straight_length: float) -> str:
    """One sentence on what a path does, compared with the straight one."""
    saved = 1 - float(traversal.picture_lengths[-1]) / straight_length if straight_length else 0.0
    if traversal.empty.any():
        share = f"{max(1, round(100 * traversal.empty_share))} %"
        if kind == "geodesic" and saved >= SAME_LENGTH:
            return (
                f"The geodesic changes the picture {100 * saved:.0f} % less than the straight path, but "
                f"{share} of it leads through places where no test digit lives."
            )
        return f"{share} of this path leads through places where no test digit lives: look what is drawn."
    return _kind_sentence(kind, a, b, saved)


def _kind_sentence(kind: PathKind, a: Point, b: Point, saved: float) -> str:
    if kind == "spherical":
        if goes_straight(a, b):
            return "Seen from the origin A and B lie in one direction: there is nothing to turn, only a line."
        return "The spherical path turns around the origin instead of cutting through the crowded middle."
    if kind == "geodesic":
        if saved <= -SAME_LENGTH:
            return (
                f"The geodesic changes the picture {-100 * saved:.0f} % more than the straight path, which "
                "takes a short cut through nearly empty places."
            )
        if saved < SAME_LENGTH:
            return "No path changes the picture noticeably less than the straight one does."
        return (
            f"The geodesic changes the picture {100 * saved:.0f} % less than the straight path: it walks "
            "around places where a small step changes much."
        )
    return "Codes close together decode to pictures close together: every place on the way has its own."


def axes_sentence(point: Point, data: Box) -> str:
    """One sentence on the point that the two sliders move."""
    if not data.holds(point):
        return _far("The point lies")
    return "Training chose the axes, they mean nothing by themselves; but points close together look alike."


def _far(who_lies: str) -> str:
    return (
        f"{who_lies} far outside the test digits. Nobody taught the decoder what to draw there: it draws "
        "something all the same."
    )


def path_facts(traversal: Traversal, straight_length: float) -> list[tuple[str, str, str]]:
    """Name, value and note: lengths of the path, its fastest place, how much of it is empty."""
    length, plane = float(traversal.picture_lengths[-1]), float(traversal.plane_lengths[-1])
    compared = ""
    if straight_length and abs(length / straight_length - 1) >= SAME_LENGTH:
        compared = f"{100 * length / straight_length:.0f} % of the straight path's"
    fastest = int(traversal.change.argmax())
    return [
        ("Length in the plane", f"{plane:.2f}", ""),
        ("Length in pictures", f"{length:.2f}", compared),
        (
            "Fastest change",
            f"{traversal.change[fastest]:.1f}",
            f"per unit, at t = {traversal.times[fastest]:.2f}",
        ),
        ("Through empty places", f"{100 * traversal.empty_share:.0f} %", "of the path"),
    ]


class Evenness(NamedTuple):
    """The recorded figures of continuity of one model; None where they were not measured."""

    title: str
    median: float | None
    ratio: float | None


def evenness(title: str, figures: Mapping[str, float]) -> Evenness:
    """What a checkpoint's record says about continuity."""
    values = [figures.get(name, math.nan) for name in ("continuity_median", "continuity_ratio")]
    median, ratio = (value if math.isfinite(value) else None for value in values)
    return Evenness(title, median, ratio)


def evenness_sentence(models: Sequence[Evenness], files: Sequence[str]) -> str:
    """One sentence on what the figures of one or two models say, or on how to measure what is missing."""
    missing = [file for model, file in zip(models, files, strict=True) if model.ratio is None]
    if missing:
        return unmeasured(missing)
    measured = [(model.ratio or 0.0, model.title) for model in models]
    times = " and ".join(f"{ratio:.1f} times ({title})" for ratio, title in measured)
    says = f"In one place of 100, pictures change at least {times} as fast as usual"
    (least, evenest), (most, _) = min(measured), max(measured)
    if len(measured) == 1:
        return f"{says}."
    if most <= (1 + ALIKE) * least:
        return f"{says}: both planes are about equally even."
    return f"{says}: pictures change more evenly in the plane of the {evenest}."


EXPLAIN = r"""
**Continuity** of a latent space means: a small step in the plane is a small step in the picture. Both models
walk between the codes of the same two test digits. {judge}

The **cross-fade** lays the two end pictures over each other, pixel by pixel with the same $t$: a picture that
no model drew.

The **picture change** is counted per standard deviation of each model's own codes (σ). So planes of
different width can be compared on one scale. Where the line is dotted, no code lives near.

- **Straight**: $z(t) = (1 - t)\,A + t\,B$.
- **Spherical** (slerp): a turn around the origin. The distance from it and the angle change evenly,
  $r(t) = (1-t)\,r_A + t\,r_B$ and $\varphi(t) = \varphi_A + t\,\omega$. Here $\omega$ is the angle between
  $A$ and $B$, the shorter way round. It comes from spaces of many dimensions. There nearly all of a Gaussian
  prior lies at one distance from the origin. A straight line would cut below it. In a plane it is
  no more than a turn around the middle.
- **Geodesic**: the path along which the picture changes least. The decoder gives the plane a geometry of
  its own: its Jacobian $J$ says how far the picture moves for a small step, $\lVert J\,\mathrm{d}z \rVert$.
  A geodesic is the shortest path measured that way. It prefers places where the **area magnification**
  $\sqrt{\det J^{\mathsf T} J}$ is low. Where hardly a code lives, nor the prior, nobody taught the decoder:
  there a step costs more, the emptier the place, so that no path escapes that way.

*Length in pictures* adds up $\lVert \mathrm{dec}(z_{i+1}) - \mathrm{dec}(z_i) \rVert$ over 200 small steps,
a picture being 784 ink probabilities. A place is *empty* where fewer than a hundredth as many test digits
live as at a typical digit.
{table}"""

# Of models whose pictures the judge knows alone.
JUDGE = (
    """An independent classifier, the judge, says what it reads in each picture, or that it is no digit."""
)
TABLE = """
**The table** is the mean over 1,000 straight walks of 64 points, and half its 95 % interval. The pairs are
test digits of different labels, drawn by lot. Where two intervals overlap, the sentence calls them equal.
"""

WHY_EVENNESS = r"""
Measured at the codes of the test digits: how far the picture moves for a very small step. It counts per unit
of the plane, in all directions alike (root mean square).

- **Median**: at a usual place. It depends on how wide the plane is: a plain autoencoder spreads its codes
  further, so each unit of it changes the picture less. That alone makes it no smoother.
- **99th percentile / median**: how much faster the picture changes at the fastest places, one in a hundred.
  It has no unit, so planes of any size can be compared. 1 would be perfectly even; a large figure means
  that pictures jump in places.

The VAE and the plain autoencoder of this page differ in size, too: see "Explain" on the map. **Completeness**
compares equal networks, which differ in noise and KL divergence alone.
"""


def explain(checkpoint: Checkpoint) -> str:
    """What the page shows of this model, in Markdown."""
    judge, table = (JUDGE, TABLE) if checkpoint.is_judged else ("", "")
    return worded(EXPLAIN, checkpoint).replace("{judge}", judge).replace("{table}", table)
