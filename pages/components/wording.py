"""What a checkpoint is called, what it is and how well it does, in words for students."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vae import ladder
from vae.checkpoint import Checkpoint


def title(name: str, checkpoint: Checkpoint) -> str:
    """A plain name for the file `name`: "VAE", "Autoencoder", "VAE, β = 4"; others keep theirs beside it."""
    if rung := ladder.beta_of(name):
        return f"VAE, β = {rung:g}"
    beta = checkpoint.training_config.beta
    if not checkpoint.model_config.variational:
        plain = "Autoencoder"
    else:
        plain = "VAE" if beta == 1 else f"VAE, β = {beta:g}"
    usual = name in ("vae", "autoencoder") or beta != 1
    return plain if usual else f"{plain} ({name})"


def sentence(checkpoint: Checkpoint) -> str:
    """One sentence on what the model is and what that does to the plane."""
    beta = checkpoint.training_config.beta
    if not checkpoint.model_config.variational:
        return (
            "The plain autoencoder is the same kind of network, smaller, trained without noise and without "
            "the KL divergence: nothing closes the gaps between its codes."
        )
    if beta == 1:
        return (
            "The VAE adds noise to every code and pulls all codes towards the centre (the KL divergence), "
            "so neighbours look alike and few gaps remain."
        )
    effect = "codes spread out and gaps open" if beta < 1 else "codes crowd together and digits blur"
    return f"In this VAE the KL divergence counts {beta:g} times as much as in the usual one, so {effect}."


def why_the_map(checkpoint: Checkpoint) -> str:
    """What dots, circles and facts mean, in Markdown."""
    return WHY_THE_MAP.replace("{place}", PLACE)


def figures(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    """The recorded figures as pairs of name and value with unit; only those that were measured."""
    recorded: Mapping[str, float] = checkpoint.figures
    rows = [
        ("−log p(x)", "log_likelihood_nats", lambda value: f"{-value:.1f} nats"),
        ("ELBO", "elbo_nats", lambda value: f"{_signed(value)} nats"),
        ("Reconstruction", "reconstruction_nats", lambda value: f"{abs(value):.1f} nats"),
        ("KL", "kl_nats", lambda value: f"{value:.1f} nats"),
        ("Neighbours agree", "knn_accuracy", lambda value: f"{100 * value:.1f} %"),
    ]
    return [
        (name, show(recorded[key])) for name, key, show in rows if math.isfinite(recorded.get(key, math.nan))
    ]


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


TASK = "Point anywhere: the decoder draws the digit that lives there. Click to keep the point."
NOT_MEASURED = "The figures of this checkpoint have not been measured yet (python -m vae evaluate does)."

PLACE = "the place the **encoder** gives it"

WHY_THE_MAP = r"""
Each dot is one of the 10,000 test digits of MNIST, at {place}: the latent mean
$(z_1, z_2)$, coloured by its label. The **decoder** goes the other way: it turns any two numbers into 784 ink
probabilities, one a pixel, and the large digit shows them. So you can point where no digit lies, too.

The circles hold 39 %, 86 % and 99 % of the prior, the standard normal distribution towards which a VAE's
codes are pulled; for the plain autoencoder they only serve as a scale. **Prior density** is the prior's
height at your point,

$$p(z) = \frac{1}{2\pi}\, e^{-(z_1^2 + z_2^2)/2},$$

and the distance from the centre counts in its standard deviations, σ. The labels of the nearest test digits
say how sure the class is here: one tall bar is the inside of a class, several bars are a border.
"""

WHY_THE_FIGURES = r"""
Measured on the 10,000 test digits, which the network was never trained on, each pixel made black or white
once, with its grey value as the probability of white. A *nat* is a unit of information: 1.44 bits.

- **−log p(x)**: how much a test digit surprises the model; less is better. It is exact here, because the
  plane has only two dimensions: $p(x) = \int p(x \mid z)\, p(z)\, \mathrm{d}z$ is a sum over a fine lattice.
  (For the plain autoencoder, which has no prior, $p(z)$ is the VAE's.)
- **ELBO**: the lower bound of $\log p(x)$ that training raises: −reconstruction − KL.
- **Reconstruction**: the surprise about the pixels that is left once the code is known.
- **KL**: what the code tells about the digit, as the KL divergence of its posterior from the prior.
- **Neighbours agree**: test digits whose 10 nearest neighbours in the plane mostly share their label.
"""
