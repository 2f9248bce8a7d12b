"""One table of measures: nothing is named twice, nothing recorded is left out, numbers are as recorded."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from vae.measure import evaluation
from vae.measure.measures import MARGIN, MEASURES, NONE, OF, TABLE, Measure, is_exact, label
from vae.model import checkpoint, ladder

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"
COMPONENTS = CHECKPOINTS.parent / "pages" / "components"


def test_every_key_and_every_name_occurs_once() -> None:
    assert len(MEASURES) == len(TABLE)
    assert len({measure.label for measure in TABLE}) == len(TABLE)
    assert len({measure.name for measure in TABLE}) == len(TABLE)


def test_nats_are_told_by_the_unit_as_by_the_key() -> None:
    """Scripts that read the record go by the key, people by the unit."""
    assert all((measure.unit == "nats") == measure.key.endswith("_nats") for measure in TABLE)
    assert set(evaluation.ALWAYS_NAMED) <= MEASURES.keys()


@pytest.mark.parametrize("name", ["vae.pt", *map(ladder.file, ladder.BETAS)])
def test_whatever_is_recorded_has_a_measure(name: str) -> None:
    recorded = checkpoint.load(CHECKPOINTS / name).figures
    counts = {"iwae_samples", "walks_pairs"}
    measured = {key for key in recorded if key not in counts and not key.endswith((OF, MARGIN))}
    assert measured <= MEASURES.keys()
    printed = evaluation.as_text(recorded).splitlines()
    assert len(printed) == len(measured)


def test_a_share_of_a_known_number_is_printed_with_its_interval() -> None:
    counted = {"completeness": 0.9, f"completeness{OF}": 1000, "knn_accuracy": 0.9}
    low, high = binomtest(900, 1000).proportion_ci(method="wilson")
    lines = {line.split()[0]: line for line in evaluation.as_text(counted).splitlines()}
    assert lines["Complete,"].endswith(f"90.000 %  [{100 * low:.3f}, {100 * high:.3f}]")
    assert lines["k-NN"].endswith("90.000 %")


def test_a_mean_with_a_known_margin_is_printed_with_its_interval() -> None:
    (line,) = evaluation.as_text({"walks_jump": 80.0, f"walks_jump{MARGIN}": 2.5}).splitlines()
    assert line.endswith("80.000   [77.500, 82.500]")


@given(st.sampled_from(TABLE), st.floats())
def test_what_is_shown_is_the_recorded_number_rounded(measure: Measure, value: float) -> None:
    shown = measure.text(value)
    if not math.isfinite(measure.in_unit(value)):
        assert shown == NONE
        return
    number = float(re.sub(r"[^0-9.−]", "", shown).replace("−", "-"))
    assert number == pytest.approx(measure.in_unit(value), abs=0.5001 * 10**-measure.decimals, rel=1e-9)
    assert shown.endswith(measure.unit)
    assert measure.text(value, unit=False) == shown.removesuffix(f" {measure.unit}")


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("elbo_nats", -135.6284, "−135.6 nats"),
        ("completeness", 0.8837, "88.4 %"),
        ("completeness_digits", 8.549, "8.5"),
        ("lattice_spacing", 0.0625, "0.06"),
    ],
)
def test_a_figure_is_written_with_its_unit(key: str, value: float, shown: str) -> None:
    assert MEASURES[key].text(value) == shown


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, "log p(x)"),
        (0.0099, "log p(x), exact"),
        (0.01, "log p(x), not converged: ± 0.01"),
        (2.509, "log p(x), not converged: ± 2.5"),
    ],
)
def test_only_a_small_error_is_called_exact(error: float | None, said: str) -> None:
    recorded = {"log_likelihood_nats": -136.1}
    if error is not None:
        recorded["log_likelihood_error_nats"] = error
    assert label(MEASURES["log_likelihood_nats"], recorded) == said
    assert evaluation.as_text(recorded).startswith(f"{said} ")
    assert is_exact(recorded) == said.endswith("exact")


def test_no_script_guesses_a_unit_from_a_key() -> None:
    for path in COMPONENTS.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"""endsWith\(["']_|["'` ]nats["'`]""", text), path.name
