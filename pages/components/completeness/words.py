"""What the completeness page says about its planes, grids, draws and figures, in words for students."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from scipy.special import ndtr

from pages.components.completeness.view import Layer, More
from pages.components.frame import markup
from vae.measure.draws import JUDGED, Law, Share
from vae.measure.intervals import difference
from vae.measure.measures import MEASURES, Measure, is_exact
from vae.model import ladder
from vae.plane.linking import Link

TASK = "Point at a place in either plane: both networks draw what lives there."
LADDER = "The slider over β"
LINK_NAMES: Mapping[Link, str] = {"coordinates": "Same z₁, z₂", "quantiles": "Same quantile"}
LAYER_NAMES: Mapping[Layer, str] = {
    "none": "Digits",
    "density": "Density",
    "ellipses": "Posteriors",
    "legible": "Is it a digit?",
}


def layers(*, is_judged: bool) -> Mapping[Layer, str]:
    """What may lie over the planes; what the judge says only where it knows what is drawn."""
    return {layer: name for layer, name in LAYER_NAMES.items() if is_judged or layer != "legible"}


LAW_NAMES: Mapping[Law, str] = {
    "box": "In the box of its codes",
    "prior": "N(0, I)",
    "own": "Own Gaussian",
}
MORE_NAMES: Mapping[More, str] = {"grid": "Grid", "draws": "Draws", "curves": "Curves"}
LINK_SENTENCES: Mapping[Link, str] = {
    "coordinates": "Same z₁, z₂: both networks decode the same (z₁, z₂).",
    "quantiles": "Same quantile: along each axis, as many codes lie below the one place as below the other.",
}
COLLAPSED = 0.1  # nats of KL divergence: a code that tells less about its digit tells nothing


def task(*, is_ladder: bool) -> str:
    """What to do."""
    return f"{TASK} Drag the slider to change β." if is_ladder else TASK


def outcome(right: Mapping[str, float], shares: tuple[Share, Share] | None, *, same: bool) -> str:
    """What the shares of random places at the left and at the right that are digits come to.

    `right` is the record of the network there. Empty if there are no shares.
    """
    if same:
        return "Both halves show the same network."
    if right.get("kl_nats", math.inf) < COLLAPSED:
        return "The VAE has collapsed: its codes say nothing, and every place decodes to the same picture."
    if shares is None:
        return ""
    left_share, right_share = shares
    said = (
        f"A judge finds a digit at {100 * left_share.share:.0f} % of random places at the left, "
        f"{100 * right_share.share:.0f} % at the right."
    )
    low, high = difference(*right_share[:2], *left_share[:2])
    return said + (" The difference may be chance." if low <= 0 <= high else "")


def shares_note(shares: tuple[Share, Share] | None) -> str:
    """What the two bars count."""
    if shares is None:
        return ""
    return (
        f"Each bar: {JUDGED} random places; how many pictures the judge, another network, calls a digit. The "
        "thin line is the 95 % interval. The VAE’s places come from its prior, N(0, I)."
    )


LAW_LABEL = "An autoencoder’s random places"
LAW_WHY = "Without a prior at hand, a student would try any place among the codes: the first choice."


FIGURES = tuple(
    MEASURES[key]
    for key in (
        *("reconstruction_nats", "kl_nats", "elbo_nats", "log_likelihood_nats"),
        *("completeness", "completeness_fitted", "completeness_box", "completeness_covered"),
    )
)


Model = tuple[str, str, float | None, Mapping[str, float]]  # checkpoint, title, beta of a rung, figures


def table_html(models: Sequence[Model]) -> str:
    """The recorded figures of models side by side, what they are, how to measure those that are missing."""
    rows = [
        (title, *(cell(measure, recorded.get(measure.key, math.nan)) for measure in FIGURES))
        for _, title, _, recorded in models
    ]
    note = TABLE_NOTE + (VAE_NOTE if any(beta is None for _, _, beta, _ in models) else "")
    unmeasured = [
        ladder.file(beta) if beta is not None else f"{name}.pt"
        for name, _, beta, recorded in models
        if "completeness_fitted" not in recorded
    ]
    if unmeasured:
        note += " Not everything was measured yet: python -m vae evaluate "
        note += f"checkpoints/{unmeasured[0]} --record does it"
        note += f", and the same for {len(unmeasured) - 1} more." if len(unmeasured) > 1 else "."
    table = markup.table(("Model", *(measure.name for measure in FIGURES)), rows)
    wide = 'class="atlas-wide" role="region" aria-label="Table of figures" tabindex="0"'  # it may scroll
    return f'<div {wide}>{table}</div><p class="atlas-note">{escape(note)}</p>'


def cell(measure: Measure, value: float) -> str:
    """A figure in the table, whose note says once that it is in nats."""
    return measure.text(value, unit=measure.unit != "nats")


TABLE_NOTE = (
    "Nats per image, on MNIST’s 10,000 test digits. Complete: the share of 10,000 draws in which the judge "
    "is at least 90 % sure of a digit."
)
VAE_NOTE = " VAE is the model of the other pages, larger and trained in another way."


def missing_sentence(betas: Sequence[float]) -> str:
    """Which rungs, one or more, have no file, and the command that makes just those."""
    if len(betas) == 1:
        return f"The rung β = {betas[0]:g} is missing: make it with `{ladder.command(betas[0])}`."
    named = ", ".join(f"{beta:g}" for beta in betas[:-1])
    command = "python -m vae train --preset ladder --resume"
    return f"The rungs β = {named} and {betas[-1]:g} are missing: make them with `{command}`."


def stand_in_sentence(title: str) -> str:
    return f"The left half shows {title} instead of the autoencoder."


NO_LADDER = "The beta ladder is missing: make it with `python -m vae train --preset ladder`."
BUSY = "The server has too much to do: choose “Draw again” in a moment."
NO_CLASSIFIER = (
    "The judge of random places, a classifier, is missing: make it with "
    "`python -m vae train --preset classifier`."
)


NOT_JUDGED = "Nothing is counted: the judge, another network, knows MNIST’s digits alone."


def grid_sentence(grid: int, sigmas: float | None, link: Link) -> str:
    """Which places the pictures of the two grids belong to."""
    if sigmas is None:
        where = f"{grid} × {grid} places; each stands for the same share of the prior, 1 in {grid**2:,}."
    else:
        mass = (2 * float(ndtr(sigmas)) - 1) ** 2
        where = (
            f"{grid} × {grid} places from −{sigmas:g}σ to +{sigmas:g}σ along both axes: {_share(mass)} of "
            "the prior lies within."
        )
    linked = " At the left are the places of the same quantile." if link == "quantiles" else ""
    return f"{where}{linked}"


def _share(mass: float) -> str:
    percent = 100 * mass
    return f"{percent:.0f} %" if percent < 99 else f"{percent:.1f} %" if percent < 99.9 else "all but a trace"


def draws_sentence(law: Law, has_prior: tuple[bool, bool]) -> str:
    """Where the pictures of draws come from; `has_prior`: of the networks at the left and the right."""
    left, right = (LAW_SENTENCES[law] if not is_prior else DRAWN_BY_PRIOR for is_prior in has_prior)
    return f"Some of the {JUDGED} places of each bar: {left} at the left, {right} at the right."


DRAWN_BY_PRIOR = "by the prior N(0, I)"
LAW_SENTENCES: Mapping[Law, str] = {
    "box": "anywhere in the box of the codes",
    "prior": "by N(0, I)",
    "own": "by the Gaussian that fits the codes",
}


FIGURES_SENTENCE = (
    "What pulling codes together costs and brings: every network measured on the test digits. The marker "
    "follows the slider."
)

WHY = r"""
**Completeness** of a latent space means: whatever place you choose, the decoder draws something meaningful.
The autoencoder and the VAE at $\beta = 1$ have the same layers and began with the same weights. They saw the
same digits in the same order, equally often. Two things differ: the VAE adds **noise** to every
code, and its loss adds the **KL divergence** from the prior, times $\beta$:

$$-\log p(x \mid z) \;+\; \beta\, \mathrm{KL}\bigl(q(z \mid x) \,\Vert\, \mathcal N(0, I)\bigr).$$

The autoencoder is only asked to redraw its digits. Nothing says where codes should lie, so they spread far
out and leave gaps. Nobody taught the decoder what to draw there. The KL divergence pulls all codes
together into the shape of the prior. That costs detail: as $\beta$ grows, digits blur. At the end of
the slider the codes say next to nothing. Every place decodes to nearly the same average picture. Each
other $\beta$ was trained on from its neighbour towards $\beta = 1$, so that the maps can be compared.

- **Same quantile**: the autoencoder's codes spread several times further, so equal coordinates mean little.
  Along each axis, the place is chosen that has the same share of the digits' codes below it.
- **Same $z_1$, $z_2$**: both decode the same two numbers.
- **Density** compares where codes are, every test digit's own $\mathcal N(\mu, \sigma^2)$ summed up, with
  where the prior expects them. A hole is a place that the prior would draw and where no codes are.
- **Random places** are 500 a side. The VAE's come from its prior. The autoencoder has none, so a student
  would point anywhere among its codes: *the box* holds all but 0.1 % of them at each side, and a tenth of
  its width around. *N(0, I)* borrows the VAE's prior; *its own Gaussian* fits its codes.
- **The judge** is a separate network. It names a digit or says "no digit"; what it is at least 90 % sure of
  counts. The **95 % interval** (Wilson) holds the share of all such places in 95 of 100 trials.
- **Different digits** are how many equally frequent digits the named pictures amount to, at most 10.
- **Density** of the autoencoder is compared with the Gaussian that fits its codes.
- **Is it a digit?** shades both maps: the darker, the less sure the judge is of any digit.
- **Posteriors** are the 1σ ellipses of 100 codes of one digit; if they are enlarged, the map says so. The
  autoencoder's are points.
"""

WHY_FIGURES = r"""
Measured on the 10,000 test digits, which no network was trained on. Each pixel was made black or white once,
with its grey value as the probability of white. A *nat* is a unit of information: 1.44 bits.

- **Reconstruction**: the surprise about the pixels that is left once the code is known, the *distortion*.
- **KL**: how much a code says about its digit, the *rate*. A larger $\beta$ buys a lower rate with a higher
  distortion. The plain autoencoder has no rate: its codes are exact.
- **ELBO** $= -\text{reconstruction} - \mathrm{KL} \le \log p(x)$: what a VAE with $\beta = 1$ is trained for.
- **log p(x)**: how well the model foresees a test digit. {precision} Over a plane,
  $\int p(x \mid z)\, p(z)\, \mathrm{d}z$ is a sum over a fine lattice. The autoencoder, which has no prior,
  is scored with the VAE's.
- **Complete**: the share of random draws in which a separate classifier is at least 90 % sure of a digit. It
  may also say that a picture is no digit.
  *N(0, I)* are draws from the prior, *own Gaussian* those from the Gaussian that fits the model's own codes:
  fairer to the autoencoder, whose codes lie elsewhere than the prior.
- **Different digits**: how many equally frequent digits the named draws from the prior amount to, the
  exponential of their entropy. It is 10 if all digits come equally often, and 1 for a collapsed decoder,
  which draws one picture everywhere.
- **Digits covered** $=$ complete $\times$ different digits $/\,10$. It is 100 % if every draw is named and
  all digits come equally often. A decoder that draws one picture everywhere covers 10 % at most.
"""


def why_figures(records: Sequence[Mapping[str, float]]) -> str:
    """What the figures mean, in Markdown; log p(x) is called exact only where every record says so."""
    return WHY_FIGURES.replace("{precision} ", "It is exact here. " if all(map(is_exact, records)) else "")
