"""What the page of one digit says."""

from __future__ import annotations

from pages.components.frame.words import a_digit
from pages.components.one_digit.view import DigitView
from vae.data import Digits
from vae.model.checkpoint import Checkpoint

TASK = "Draw a digit, or choose one: from left to right, see what the network makes of it."

EXPLAIN = r"""
The **encoder** turns the picture $x$ into a place on the map, the latent mean $\mu$, and a width, $\sigma$.

A point is drawn around it: $z = \mu + \sigma \cdot \varepsilon$, with noise $\varepsilon$ from $N(0, I)$.

The **decoder** draws the picture $x'$ that belongs to $z$.

*Kingma & Welling 2014, Auto-Encoding Variational Bayes (arXiv 1312.6114), section 2.*
"""


def sentence(view: DigitView, checkpoint: Checkpoint, digits: Digits) -> str:
    """One sentence on what is shown."""
    if view.picture is not None:
        return "A picture of your own: the network has never seen it."
    which = f"Test digit {view.digit}, {a_digit(int(digits.labels[view.digit]))}"
    if not checkpoint.model_config.variational:
        return f"{which}: an autoencoder gives it a point and no width, so there is no noise and no KL."
    return f"{which}: the network did not see it in training."
