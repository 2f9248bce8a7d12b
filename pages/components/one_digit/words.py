"""What the page of one digit says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pages.components.frame.kinds import are_digits, called, worded
from pages.components.frame.words import a_digit
from pages.components.one_digit.data import Shown
from pages.components.one_digit.view import DigitView
from vae.measure.draws import Verdict
from vae.measure.intervals import wilson
from vae.measure.variations import Variations
from vae.model.checkpoint import Checkpoint

TASK = "Draw a digit, or choose one: from left to right, see what the network makes of it."

EXPLAIN = r"""
The **encoder** turns the picture $x$ into a place on the map, the latent mean $\mu$, and a width, $\sigma$.

A point is drawn around it: $z = \mu + \sigma \cdot \varepsilon$, with noise $\varepsilon$ from $N(0, I)$.

The **decoder** draws the picture $x'$ that belongs to $z$.

*Kingma & Welling 2014, Auto-Encoding Variational Bayes (arXiv 1312.6114), section 2.*
"""


# Whose image it is, and how a sentence on it begins.
WHOSE = {
    "test": ("test digit", "Test digit"),
    "others": ("scikit-learn’s digit", "scikit-learn’s digit"),
    "redrawn": ("redrawn digit", "Redrawn digit"),
}


def image(view: DigitView, checkpoint: Checkpoint, shown: Shown) -> str:
    """What is shown, in a few words."""
    if view.picture is not None:
        return "a picture of your own"
    return worded(f"{WHOSE[shown.source][0]} {view.digit % len(shown.digits.labels)}", checkpoint)


def sentence(view: DigitView, checkpoint: Checkpoint, shown: Shown) -> str:
    """One sentence on what is shown."""
    if view.picture is not None:
        return "A picture of your own: the network has never seen it."
    index = view.digit % len(shown.digits.labels)
    whose = worded(WHOSE[shown.source][1], checkpoint)
    what = called(int(shown.digits.labels[index]), checkpoint.classes)
    which = f"{whose} {index}, {what}" if what else f"{whose} {index}"
    if not checkpoint.model_config.variational:
        return (
            f"{which}. An autoencoder gives it a point without width: no noise, no ellipse, no KL divergence."
        )
    if shown.source == "redrawn":
        return f"{which}: what the network draws for it, as the original is not here."
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


def grown(factor: float, counts: Mapping[str, int], checkpoint: Checkpoint) -> str:
    """What half an image does to its own ellipse, and to many."""
    many = sum(counts.values())
    grows, shrinks = (counts.get(name, 0) / many for name in ("grows", "shrinks"))
    low, high = wilson(grows, many)
    said = (
        f"Its area is {factor:.2f} times what it was. Of {many:,} digits it grows for {100 * grows:.0f} % "
        f"({100 * low:.0f} to {100 * high:.0f} %) and shrinks for {100 * shrinks:.0f} %. "
        "Half a digit is often as clear as a whole one: it looks like another digit."
    )
    return worded(said, checkpoint)


def likelier(own: float, empty: float) -> str:
    if own == empty:
        return "This image is a blank itself: both are equally likely."
    return (
        f"log p(x) is {number(own, 1)} nats for this image and {number(empty, 1)} for a blank. "
        "A blank is simple, and simple images get a high likelihood."
    )


def number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


SOURCES = {"others": "Digits by other people, from scikit-learn", "redrawn": "Drawn again by the decoder"}
LOSS = "What this image costs"
BELONGS = "Does it belong?"
MORE = "More like this"

LOOKING = "Looking around this model’s plane, once after the start."
BUSY = "Many people ask for figures at once: try again in a moment."
NO_NOISE = "An autoencoder has no posterior to draw from: it gives this image one point."
EXAMPLES = {
    "letter": "A letter",
    "upside_down": "A 4 upside down",
    "noise": "Noise",
    "blank": "A blank",
}
UPSIDE_DOWN = "This image upside down"


def redrawn(share: float, many: int) -> str:
    """How digits by other people fare."""
    low, high = wilson(share, many)
    return (
        f"Other people’s digits: scikit-learn’s {many:,} small ones, made as large as MNIST’s. "
        f"The classifier reads {100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f} %) of their "
        "reconstructions as their label."
    )


def not_scored(file: str) -> str:
    return f"How the test digits score is not recorded: run `python -m vae score {file}`."


def examples(checkpoint: Checkpoint) -> dict[str, str]:
    """Pictures that belong to none of the model's classes, by name."""
    return EXAMPLES if are_digits(checkpoint.classes) else {**EXAMPLES, "upside_down": UPSIDE_DOWN}


def verdict(found: Verdict | None) -> str:
    """What stands beneath a variation."""
    if found is None:
        return ""
    return str(found.digit) if found.named else "?"


def named(found: Variations) -> str:
    """How many variations the judge names, and what."""
    if not found.verdicts:
        return "The classifier that reads pictures is missing."
    digits = Counter(one.digit for one in found.verdicts if one.named)
    many = len(found.verdicts)
    if not digits:
        return f"The classifier names none of the {many}: ? stands for unclear, or no digit."
    read = ", ".join(f"{count} as {a_digit(digit)}" for digit, count in digits.most_common())
    return f"Of {many}, the classifier reads {read}; ? stands for unclear, or no digit."


def how_made(title: str, what: str, count: int, temperature: float) -> str:
    """The line that goes with a file of variations."""
    return (
        f"{count} pictures of 28 x 28 pixels, decoded by {title} (Latent Atlas) from "
        f"z = mu + {temperature:g} * sigma * eps, eps from N(0, I) with seed 0; "
        f"mu and sigma are the encoder's for {what}."
    )
