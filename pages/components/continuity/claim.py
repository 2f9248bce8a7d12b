"""What many walks say about two models, from their records: a small table, one sentence that follows it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from pages.components.frame import markup
from vae.measure.measures import MARGIN, MEASURES
from vae.plane.pairs import PAIRS, SEED

ROWS = {
    "walks_named": "A digit can be read",
    "walks_empty": "No code lives near",
    "walks_jump": "Largest jump, per σ",
}
SHOWN = {
    True: f"You see pair {{}} of {PAIRS:,}, drawn by lot (seed {SEED}).",
    False: "You see ends of your own.",
}


class Figure(NamedTuple):
    """A mean over walks and half its 95 % interval, as recorded."""

    mean: float
    margin: float

    def meets(self, other: Figure) -> bool:
        """Whether the intervals overlap: then neither is said to be larger."""
        return abs(self.mean - other.mean) <= self.margin + other.margin


class Model(NamedTuple):
    title: str
    file: str
    figures: Mapping[str, float]

    def figure(self, key: str) -> Figure | None:
        values = self.figures.get(key, math.nan), self.figures.get(f"{key}{MARGIN}", math.nan)
        return Figure(*values) if all(map(math.isfinite, values)) else None


def claim(models: Sequence[Model], pair: int | None) -> str:
    """As HTML; `pair` is the number of the pair that is shown, None for ends that a visitor chose."""
    counts = {int(model.figures.get("walks_pairs", PAIRS)) for model in models}
    walks = " or ".join(f"{count:,}" for count in sorted(counts))
    head = (f"Mean of {walks} walks", *(model.title for model in models))
    rows = [(name, *(written(key, model.figure(key)) for model in models)) for key, name in ROWS.items()]
    said = f'<span data-testid="claim">{escape(sentence(models))}</span>'
    return markup.table(head, rows) + f'<p class="atlas-note">{said} {_shown(pair)}</p>'


def only_pair(pair: int | None) -> str:
    """The same where no judge can read what the models draw: which ends are shown, and nothing else."""
    return f'<p class="atlas-note">{_shown(pair)}</p>'


def _shown(pair: int | None) -> str:
    said = SHOWN[pair is not None].format(pair)
    return f'<span class="shown" data-testid="pair">{escape(said)}</span>'


def written(key: str, figure: Figure | None) -> str:
    """The mean and half its 95 % interval: "68 ± 1 %"."""
    if figure is None:
        return "not measured"
    measure = MEASURES[key]
    unit = f" {measure.unit}" if measure.unit else ""
    return f"{measure.number(figure.mean)} ± {measure.number(figure.margin)}{unit}"


def sentence(models: Sequence[Model]) -> str:
    """What the figures say, whichever way they fall; or how to measure what is missing."""
    missing = [model.file for model in models if any(model.figure(key) is None for key in ROWS)]
    if missing:
        return unmeasured(missing)
    if len(models) == 1:
        return "There is no second model to compare with."
    named = _compared(models, "walks_named", "stays readable longer", "both stay readable equally long", True)
    empty = _compared(models, "walks_empty", "leaves its codes less", "both leave their codes equally often")
    jump = _compared(models, "walks_jump", "jumps less", "both jump equally far")
    return f"On average {named}, {empty}, and {jump}."


def _compared(models: Sequence[Model], key: str, better: str, equal: str, larger: bool = False) -> str:
    one, other = ((model.title, model.figure(key)) for model in models)
    assert one[1] is not None
    assert other[1] is not None
    if one[1].meets(other[1]):
        return equal
    first = (one[1].mean > other[1].mean) == larger
    return f"the {(one if first else other)[0]} {better}"


def unmeasured(files: Sequence[str]) -> str:
    """How to measure what the records of these files lack."""
    commands = " and ".join(f"python -m vae evaluate {file} --record" for file in files)
    return f"Not measured yet: {commands} {'does' if len(files) == 1 else 'do'} it."
