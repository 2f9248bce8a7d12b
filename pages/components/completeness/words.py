"""What the completeness page says about its planes, grids, draws and figures, in words for students."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from scipy.special import ndtr

from pages.components.completeness.view import Layer
from pages.components.frame import markup
from vae.measure.measures import MEASURES, Measure, is_exact
from vae.model import ladder
from vae.plane.linking import Link

TASK = (
    "Point at a place in either plane: both networks draw what lives there. Drag the slider to weigh the KL "
    "divergence less or more."
)
LINK_NAMES: Mapping[Link, str] = {"coordinates": "Same coordinates", "quantiles": "Same quantile"}
LAYER_NAMES: Mapping[Layer, str] = {"none": "Digits", "density": "Density", "ellipses": "Posteriors"}
LINK_SENTENCES: Mapping[Link, str] = {
    "coordinates": "Same coordinates: both networks decode the same (z₁, z₂).",
    "quantiles": "Same quantile: along each axis, as many codes lie below the one place as below the other.",
}
COLLAPSED = 0.1  # nats of KL divergence: a code that tells less about its digit tells nothing


def sentence(link: Link, left: Mapping[str, float], right: Mapping[str, float], *, same: bool) -> str:
    """What the figures of the two models on show say, if they are not the same, and which link is on."""
    said = "Both halves show the same network." if same else outcome(left, right)
    return f"{said} {LINK_SENTENCES[link]}".lstrip()


def outcome(left: Mapping[str, float], right: Mapping[str, float]) -> str:
    """One sentence on how complete the planes at the left and at the right are.

    Places are drawn where a model expects codes: from the prior, for the autoencoder from the Gaussian that
    fits its codes. Empty if that was not measured.
    """
    if right.get("kl_nats", math.inf) < COLLAPSED:
        return (
            "The posterior has collapsed: codes say next to nothing, and every place decodes to nearly the "
            "same picture."
        )
    (share, drawn), (other_share, other_drawn) = named_share(left), named_share(right)
    if not (math.isfinite(share) and math.isfinite(other_share)):
        return ""
    return (
        f"A classifier names {100 * share:.0f} % of random draws at the left ({drawn}) and "
        f"{100 * other_share:.0f} % at the right ({other_drawn})."
    )


def named_share(recorded: Mapping[str, float]) -> tuple[float, str]:
    """The completeness of a model, NaN if it was not measured, and from what its places were drawn."""
    if "kl_nats" in recorded:
        return recorded.get("completeness", math.nan), "prior"
    return recorded.get("completeness_fitted", math.nan), "own Gaussian"


def rung_rows(recorded: Mapping[str, float]) -> list[tuple[str, str]]:
    """The recorded figures of a model as name and value, for every model the same names in one order."""
    return [(measure.name, measure.text(recorded.get(measure.key, math.nan))) for measure in FIGURES]


FIGURES = tuple(
    MEASURES[key]
    for key in (
        *("reconstruction_nats", "kl_nats", "elbo_nats", "log_likelihood_nats"),
        *("completeness", "completeness_fitted", "completeness_digits", "completeness_covered"),
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
    "Nats per image, on MNIST’s 10,000 test digits. Complete: the share of 10,000 draws in which a "
    "classifier is at least 90 % sure of a digit; how many different digits those of N(0, I) are."
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
    "Draws are shown with a classifier's verdict, and the classifier is missing: make it with "
    "`python -m vae train --preset classifier`."
)


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
    return f"{where}{linked} Click a picture to go there."


def _share(mass: float) -> str:
    percent = 100 * mass
    return f"{percent:.0f} %" if percent < 99 else f"{percent:.1f} %" if percent < 99.9 else "all but a trace"


DRAWS_SENTENCES: Mapping[Link, str] = {
    "coordinates": (
        "Places drawn at random from the prior, N(0, I). Both networks decode the same coordinates. Click a "
        "picture to go there."
    ),
    "quantiles": (
        "Places drawn at random from the prior, N(0, I); at the left those of the same quantile. Click a "
        "picture to go there."
    ),
}


FIGURES_SENTENCE = (
    "What the KL divergence costs and what it brings: every network measured on the test digits. The marker "
    "follows the slider."
)

WHY = r"""
**Completeness** of a latent space means: whatever place you choose, the decoder draws something meaningful.
The autoencoder and the VAE at $\beta = 1$ have the same layers, began with the same weights, saw the same
digits in the same order and took the same number of steps. Two things differ: the VAE adds **noise** to every
code, and its loss adds the **KL divergence** from the prior, times $\beta$:

$$-\log p(x \mid z) \;+\; \beta\, \mathrm{KL}\bigl(q(z \mid x) \,\Vert\, \mathcal N(0, I)\bigr).$$

The autoencoder is only asked to redraw its digits. Nothing says where codes should lie, so they spread far
out and leave gaps, and nobody taught the decoder what to draw there. The KL divergence pulls all codes
together into the shape of the prior. That costs detail: as $\beta$ grows, digits blur, until at the end of
the slider the codes say next to nothing and every place decodes to nearly the same average picture. Training
of each other $\beta$ went on from the network of its neighbour towards $\beta = 1$, so that the maps can be
compared.

- **Same quantile**: the autoencoder's codes spread several times further, so equal coordinates mean little.
  Along each axis, the place is chosen that has the same share of the digits' codes below it.
- **Same coordinates**: both decode the same two numbers.
- **Density** compares where codes are, every test digit's own $\mathcal N(\mu, \sigma^2)$ summed up, with
  where the prior expects them. A hole is a place that the prior would draw and where no codes are.
- The autoencoder has no prior. The **Gaussian that fits its codes** stands in: holes are shown, and random
  places drawn, as that Gaussian expects.
- **Posteriors** are the 1σ ellipses of 100 codes of one digit, to scale. The autoencoder's are points.
"""

WHY_FIGURES = r"""
Measured on the 10,000 test digits, which no network was trained on, each pixel made black or white once, with
its grey value as the probability of white. A *nat* is a unit of information: 1.44 bits.

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
