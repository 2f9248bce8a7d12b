"""What the page of one digit says."""

from __future__ import annotations

from collections.abc import Mapping

from pages.components.frame.words import a_digit
from pages.components.one_digit.view import DigitView
from vae.data import Digits
from vae.measure.intervals import wilson
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

LANDINGS = {"9": "Among the 9s", "4": "Among the 4s", "between": "Between or elsewhere"}
BETWEEN = "No digit has most of the codes around it: the network is in two minds."

HALF = "Erase the lower half of this image: what happens to the ellipse?"
GROWTHS = {"grows": "It grows", "shrinks": "It shrinks", "stays": "It stays as it is"}

BLANK = "Which is more likely under the model: this image or a blank one?"
LIKELIER = {"digit": "This image", "blank": "The blank"}
NOT_YET = "The plane is still being looked at: ask again in a few seconds."


def nine(index: int) -> str:
    return f"Test digit {index} is a 9 that looks like a 4: where does it land?"


def grown(factor: float, counts: Mapping[str, int]) -> str:
    """What half an image does to its own ellipse, and to many."""
    many = sum(counts.values())
    low, high = wilson(counts.get("grows", 0) / many, many)
    return (
        f"Its area is {factor:.2f} times what it was. Of {many:,} digits it grows for "
        f"{100 * counts.get('grows', 0) / many:.0f} % ({100 * low:.0f} to {100 * high:.0f} %), and shrinks for "
        f"{100 * counts.get('shrinks', 0) / many:.0f} %. Half a digit is often clear: another digit."
    )


def likelier(own: float, empty: float) -> str:
    return (
        f"log p(x) is {number(own, 1)} nats for this image and {number(empty, 1)} for a blank. "
        "A blank is simple, and simple images get a high likelihood."
    )


def number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


LOSS = "What this image costs"
BELONGS = "Does it belong?"
MORE = "More like this"

LOOKING = "Looking around this model’s plane, once after the start."
BUSY = "Many people ask for figures at once: try again in a moment."
NOT_SCORED = "How the test digits score is not recorded: run `python -m vae score {file}`."
NO_NOISE = "An autoencoder has no posterior to draw from: it gives this image one point."
EXAMPLES = {
    "letter": "A letter",
    "upside_down": "A 4 upside down",
    "noise": "Noise",
    "blank": "A blank",
}


def how_made(title: str, what: str, count: int, temperature: float) -> str:
    """The line that goes with a file of variations."""
    return (
        f"{count} pictures of 28 x 28 pixels, decoded by {title} (Latent Atlas) from "
        f"z = mu + {temperature:g} * sigma * eps, eps from N(0, I) with seed 0; "
        f"mu and sigma are the encoder's for {what}."
    )
