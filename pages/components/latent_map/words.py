"""What the map page says, for students."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from vae.measure.measures import MEASURES, is_exact
from vae.model.checkpoint import Checkpoint

TASK = "Point anywhere: the decoder draws the digit that lives there. Click to keep the point."

NOT_MEASURED = (
    "The figures of this checkpoint have not been measured yet: python -m vae evaluate FILE --record does it."
)

WHY_THE_MAP = r"""
Each dot is one of the 10,000 test digits of MNIST, at the place the **encoder** gives it: the
latent mean $(z_1, z_2)$, coloured by its label. The **decoder** goes the other way: it turns any two numbers
into 784 ink probabilities, one a pixel, and the large digit shows them. So you can point where no digit
lies, too.

The circles hold 39 %, 86 % and 99 % of the prior, the standard normal distribution towards which a VAE's
codes are pulled; for the plain autoencoder they only serve as a scale. **Prior density** is the prior's
height at your point,

$$p(z) = \frac{1}{2\pi}\, e^{-(z_1^2 + z_2^2)/2},$$

and the distance from the centre counts in its standard deviations, σ. The labels of the nearest test digits
say how sure the class is here: one tall bar is the inside of a class, several bars are a border.

This model's encoder has {encoder} weights, its decoder {decoder}. The VAE and the plain autoencoder of
this page differ in size, too; **Completeness** compares equal networks, which differ in noise and KL
divergence alone.
"""


WHY_THE_FIGURES = r"""
Measured on the 10,000 test digits, which the network was never trained on, each pixel made black or white
once, with its grey value as the probability of white. A *nat* is a unit of information: 1.44 bits.

- **−log p(x)**: how much a test digit surprises the model; less is better. {precision} The plane has only
  two dimensions, so $p(x) = \int p(x \mid z)\, p(z)\, \mathrm{d}z$ is a sum over a fine lattice.
  (For the plain autoencoder, which has no prior, $p(z)$ is the VAE's.)
- **ELBO**: the lower bound of $\log p(x)$ that training raises: −reconstruction − KL.
- **Reconstruction**: the surprise about the pixels that is left once the code is known.
- **KL**: what the code tells about the digit, as the KL divergence of its posterior from the prior.
- **Neighbours agree**: test digits whose 10 nearest neighbours in the plane mostly share their label.
"""


def why_the_map(checkpoint: Checkpoint) -> str:
    """What dots, circles and facts mean, in Markdown."""
    return WHY_THE_MAP.replace("{encoder}", millions(checkpoint.size("encoder"))).replace(
        "{decoder}", millions(checkpoint.size("decoder"))
    )


def millions(count: int) -> str:
    return f"{count / 1e6:.2f} million"


def why_the_figures(checkpoint: Checkpoint) -> str:
    """What the figures mean, in Markdown; log p(x) is called exact only where the record says so."""
    precision = "It is exact here. " if is_exact(checkpoint.figures) else ""
    return WHY_THE_FIGURES.replace("{precision} ", precision)


SURPRISE = replace(MEASURES["log_likelihood_nats"], short="−log p(x)", better="down")
SHOWN = ("elbo_nats", "reconstruction_nats", "kl_nats", "knn_accuracy")


def figures(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    """The recorded figures as pairs of name and value with unit; only those that were measured."""
    recorded: Mapping[str, float] = checkpoint.figures
    values = {SURPRISE: -recorded.get(SURPRISE.key, math.nan)}
    values |= {MEASURES[key]: recorded.get(key, math.nan) for key in SHOWN}
    return [(measure.name, measure.text(value)) for measure, value in values.items() if math.isfinite(value)]
