"""What is measured, in one table: every reader names a figure, its unit and its digits in the same way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NONE = "–"  # in the place of a figure that was not measured
OF = "_of"  # ends the key beside a share that holds the number of pictures it is a share of
MARGIN = "_margin"  # ends the key beside a mean that holds half the width of its 95 % interval
CONVERGED = 0.01  # nats: log p(x) whose last refinements changed it by less is called exact
FINER = 2  # decimals more for whoever compares models than for whoever sees them in front of a class


@dataclass(frozen=True)
class Measure:
    """A figure of a checkpoint's record: its key there, how it is called, written and compared.

    A `unit` of "%" means that the record holds a share in [0, 1]. `decimals` are those that a class needs.
    `better` says whether a larger or a smaller figure is the better one, None if neither is.
    """

    key: str
    label: str
    unit: str = ""
    decimals: int = 1
    better: Literal["up", "down"] | None = None
    short: str = ""  # the label where room is scarce

    @property
    def name(self) -> str:
        """The short label, or the only one."""
        return self.short or self.label

    def in_unit(self, value: float) -> float:
        """A recorded value in its unit."""
        return 100 * value if self.unit == "%" else value

    def number(self, value: float, finer: int = 0) -> str:
        """A recorded value in its unit, which is not written; with so many more decimals."""
        shown = self.in_unit(value)
        return f"{shown:.{self.decimals + finer}f}" if math.isfinite(shown) else NONE

    def text(self, value: float, *, unit: bool = True) -> str:
        """A recorded value as a page shows it: "−135.6 nats", "88.4 %", "8.5"."""
        number = self.number(value).replace("-", "−")
        return f"{number} {self.unit}" if unit and self.unit and number != NONE else number


# In the order in which they are printed, saved and shown.
TABLE = (
    Measure("reconstruction_nats", "Reconstruction", "nats", better="down"),
    Measure("kl_nats", "KL divergence", "nats", short="KL"),
    Measure("elbo_nats", "ELBO", "nats", better="up"),
    Measure("iwae_nats", "IWAE bound", "nats", better="up"),
    Measure("log_likelihood_nats", "log p(x)", "nats", better="up"),
    Measure("log_likelihood_check_nats", "log p(x), lattice twice as fine", "nats", better="up"),
    Measure("log_likelihood_error_nats", "Change by the last refinement", "nats", better="down"),
    Measure("log_likelihood_radius", "Radius of the disc summed over"),
    Measure("lattice_spacing", "Spacing of the coarser lattice", decimals=2),
    Measure("best_elbo_nats", "ELBO by the best Gaussian of each image", "nats", better="up"),
    Measure("approximation_gap_nats", "Approximation gap", "nats", better="down"),
    Measure("amortisation_gap_nats", "Amortisation gap", "nats", better="down"),
    Measure("knn_accuracy", "k-NN accuracy, k = 10", "%", better="up", short="Neighbours agree"),
    Measure("continuity_median", "Picture change per unit, median"),
    Measure("continuity_ratio", "99th percentile / median", better="down"),
    Measure("walks_named", "Walks: read as a digit", "%", better="up"),
    Measure("walks_empty", "Walks: where no code lives", "%", decimals=2, better="down"),
    Measure("walks_jump", "Walks: largest jump per deviation", better="down"),
    Measure("completeness", "Complete, N(0, I)", "%", better="up"),
    Measure("completeness_confidence", "Complete, N(0, I): mean confidence", "%", better="up"),
    Measure(
        "completeness_digits", "Complete, N(0, I): different digits", better="up", short="Different digits"
    ),
    Measure(
        "completeness_covered", "Complete, N(0, I): digits covered", "%", better="up", short="Digits covered"
    ),
    Measure("completeness_fitted", "Complete, own Gaussian", "%", better="up"),
    Measure("completeness_fitted_confidence", "Complete, own Gaussian: mean confidence", "%", better="up"),
    Measure("completeness_fitted_digits", "Complete, own Gaussian: different digits", better="up"),
    Measure("completeness_fitted_covered", "Complete, own Gaussian: digits covered", "%", better="up"),
    Measure("completeness_box", "Complete, own box", "%", better="up"),
    Measure("completeness_box_confidence", "Complete, own box: mean confidence", "%", better="up"),
    Measure("completeness_box_digits", "Complete, own box: different digits", better="up"),
    Measure("completeness_box_covered", "Complete, own box: digits covered", "%", better="up"),
    Measure("test_accuracy", "Test accuracy", "%", better="up"),
    Measure("judge_right", "Test digits named as what they are", "%", better="up"),
    Measure("judge_wrong", "Test digits named as another", "%", better="down"),
    Measure("judge_unnamed", "Test digits not named", "%", better="down"),
    Measure("judge_reconstructions", "Named as what they are: reconstructions", "%", better="up"),
    Measure("judge_small_digits", "Named as what they are: 8 x 8 digits", "%", better="up"),
    Measure("judge_scribbles", "Taken for a digit: scribbles", "%", better="down"),
    Measure("judge_letters", "Taken for a digit: turned letters", "%", better="down"),
    Measure("judge_overlays", "Taken for a digit: two digits in one", "%", better="down"),
    Measure("judge_textures", "Taken for a digit: noise, waves, blocks", "%", better="down"),
    Measure("judge_greys", "Taken for a digit: one grey everywhere", "%", better="down"),
    Measure("judge_far", "Named: what the autoencoder draws far off", "%"),
)
MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in TABLE}


def is_exact(recorded: Mapping[str, float]) -> bool:
    """Whether the log p(x) of a record may be called exact: it says that the error is small."""
    return recorded.get("log_likelihood_error_nats", math.inf) < CONVERGED


def label(measure: Measure, recorded: Mapping[str, float]) -> str:
    """What a figure of this record is called; of log p(x) it says how far it can be trusted."""
    if measure.key != "log_likelihood_nats" or "log_likelihood_error_nats" not in recorded:
        return measure.label
    error = recorded["log_likelihood_error_nats"]
    return f"{measure.label}, " + ("exact" if is_exact(recorded) else f"not converged: ± {error:.2g}")
