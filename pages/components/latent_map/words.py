"""What the map page says, for students."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pages.components.frame.kinds import called, held_out, worded
from pages.components.frame.words import a_digit, sentence
from vae.datasets.dataset import DIGIT_NAMES
from vae.measure.measures import MEASURES, is_exact
from vae.model.checkpoint import Checkpoint
from vae.plane.box import CENTRAL

if TYPE_CHECKING:  # it takes seconds to load
    from vae.measure.draws import Verdict

SEEN = (
    "Each dot is one handwritten digit at its code, two numbers from the encoder. "
    "Point anywhere: the decoder draws a picture from the two numbers there."
)
TRY = "Try it: move slowly from one colour to the next and watch the digit change."
TRY_HOLE = "Try it: the marker stands in a hole between the codes; move from it to a colour."

TRY_UNLABELLED = "Try it: move slowly across the dots and watch the picture change."

# what can lie behind the points: the field of the view, and what its switch is called
GROUNDS = {"manifold": "Decoded plane", "legible": "Is it a digit?"}

NOT_MEASURED = (
    "The figures of this checkpoint have not been measured yet: python -m vae evaluate FILE --record does it."
)

WHY_THE_MAP = r"""
{sentence}

Each dot is one of the {held_out}{coloured}. It lies at its **code**, the latent
mean $\mu = (z_1, z_2)$ that the **encoder** gives it. The **decoder** goes the other way: it turns any two
numbers into 784 ink probabilities, one a pixel. The large digit shows them, also where no code lies. A click
on a dot follows that test digit: original, code, reconstruction. A VAE's code has a width, too: $\sigma$.

{told}

The circles hold 39 %, 86 % and 99 % of the prior. That is the normal distribution towards which a VAE's codes
are pulled. **Prior density** is its height at your point,

$$p(z) = \frac{1}{2\pi}\, e^{-(z_1^2 + z_2^2)/2},$$

and the distance from the centre counts in its standard deviations. A plain autoencoder has no prior.

This model's encoder has {encoder} weights, its decoder {decoder}. {sizes}
"""

# What is said of the marker, where there are labels, and where there is a judge, too.
TOLD_BY_BOTH = r"""
Two things are said of the marker, and they may disagree:

- **The judge reads** the decoded picture. It is a classifier, a network of its own; it sees no codes. It may
  also say "no digit".
- {vote}

**Is it a digit?** asks the judge everywhere: the darker the ground, the less sure it is of any digit.
"""
VOTE = """**Vote of codes** counts the labels of the 50 nearest codes; it sees no picture. One tall bar is the
  inside of a class, several are a border. Nobody votes where the nearest code is too far away. That is
  farther than 99 % of the codes are from their own nearest one."""
SIZES = """The VAE and the plain autoencoder of this page differ in size, too. **Completeness** compares equal
networks, which differ in noise and KL divergence alone."""

WHY_THE_FIGURES = r"""
Measured on the {held_out}, which the network was never trained on. Each pixel was made black or white
once, with its grey value as the probability of white. A *nat* is a unit of information: 1.44 bits.

- **log p(x)**: how well the model expects a test digit; nearer to 0 is better. {precision} The plane has only
  two dimensions, so $p(x) = \int p(x \mid z)\, p(z)\, \mathrm{d}z$ is a sum over a fine lattice.
  (For a plain autoencoder, which has no prior, $p(z)$ is a VAE's.)
- **ELBO**: the lower bound of $\log p(x)$ that training raises: −reconstruction − KL. It lies below log p(x).
- **Reconstruction**: a cost, what the pixels still lack once the code is known; less is better.
- **KL**: a cost, too: what the code tells about the digit, as the KL divergence of its posterior from the
  prior.
- **Neighbours agree**: test digits whose 10 nearest neighbours in the plane mostly share their label.
"""


def lead(checkpoint: Checkpoint) -> tuple[str, str]:
    """What is seen and done, and one thing to try."""
    tried = TRY if checkpoint.model_config.variational else TRY_HOLE
    if not checkpoint.classes:
        tried = TRY_UNLABELLED
    return worded(SEEN, checkpoint), worded(tried, checkpoint)


def grounds(checkpoint: Checkpoint) -> Mapping[str, str]:
    """What can lie behind this model's points."""
    return {ground: name for ground, name in GROUNDS.items() if ground != "legible" or checkpoint.is_judged}


def how_far(checkpoint: Checkpoint) -> str | None:
    """How far the codes reach, where the map opens on the central ones only."""
    if checkpoint.model_config.variational:
        return None
    farthest = float(np.linalg.norm(checkpoint.latents.means, axis=1).max())
    return (
        f"The map opens on the central {100 * CENTRAL:.0f} % of the codes. "
        f"They reach out to {farthest:.0f} from the centre: zoom out to see them."
    )


def reading(verdict: Verdict | None) -> tuple[str, str, str]:
    """Name, value and note of what the judge reads in a picture; None if there is no judge."""
    name = "The judge reads"
    if verdict is None:
        return name, "nothing", "its file is missing"
    digit, probability, named, nothing = verdict
    if named:
        return name, a_digit(digit), f"{100 * probability:.0f} %"
    # what is unclear is not rounded up to clear
    if nothing > probability:
        return name, "no digit", f"{math.floor(100 * nothing)} %"
    return name, "unclear", f"perhaps {a_digit(digit)}, {math.floor(100 * probability)} %"


def vote(shares: NDArray[np.float64], of: int, classes: Sequence[str] = DIGIT_NAMES) -> tuple[str, str, str]:
    """Name, value and note of the vote of `of` codes, shares (10,); all 0 where no code lives near."""
    name = "Vote of codes"
    if not shares.any():
        return name, "no code lives near here", ""
    label = int(shares.argmax())
    return name, called(label, classes), f"{round(shares[label] * of)} of the {of} nearest"


def why_the_map(checkpoint: Checkpoint) -> str:
    """What dots, circles and facts mean, in Markdown."""
    parts = {
        "{sentence}": worded(sentence(checkpoint), checkpoint),
        "{held_out}": held_out(checkpoint),
        "{coloured}": ", coloured by its label" if checkpoint.classes else "",
        "{told}": told(checkpoint),
        "{sizes}": SIZES if checkpoint.is_judged else "",
        "{encoder}": millions(checkpoint.size("encoder")),
        "{decoder}": millions(checkpoint.size("decoder")),
    }
    text = worded(WHY_THE_MAP, checkpoint)
    for name, value in parts.items():
        text = text.replace(name, value)
    return text


def told(checkpoint: Checkpoint) -> str:
    """Who says what about the marker, in Markdown."""
    if checkpoint.is_judged:
        return TOLD_BY_BOTH.replace("{vote}", VOTE)
    return VOTE if checkpoint.classes else ""


def millions(count: int) -> str:
    return f"{count / 1e6:.2f} million"


def why_the_figures(checkpoint: Checkpoint) -> str:
    """What the figures mean, in Markdown; log p(x) is called exact only where the record says so."""
    precision = "It is exact here. " if is_exact(checkpoint.figures) else ""
    text = worded(WHY_THE_FIGURES, checkpoint).replace("{precision} ", precision)
    return text.replace("{held_out}", held_out(checkpoint))


SHOWN = ("log_likelihood_nats", "elbo_nats", "reconstruction_nats", "kl_nats", "knn_accuracy")


def figures(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    """The recorded figures as pairs of name and value with unit; only those that were measured."""
    recorded: Mapping[str, float] = checkpoint.figures
    values = {MEASURES[key]: recorded.get(key, math.nan) for key in SHOWN}
    return [(measure.name, measure.text(value)) for measure, value in values.items() if math.isfinite(value)]
