"""What the completeness page says: figures as recorded, places as drawn, nothing that was not measured."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi

from pages.components.completeness.view import LAYERS
from pages.components.completeness.words import (
    FIGURES,
    LAYER_NAMES,
    LINK_NAMES,
    grid_sentence,
    missing_sentence,
    outcome,
    rung_rows,
    sentence,
    table_html,
    why_figures,
)
from vae.model.ladder import BETAS
from vae.plane.linking import LINKS, Link

RECORDED = {
    "reconstruction_nats": 128.7526,
    "kl_nats": 6.8758,
    "elbo_nats": -135.6284,
    "log_likelihood_nats": -130.8796,
    "completeness": 0.8837,
    "completeness_fitted": 0.8843,
    "completeness_digits": 8.549,
    "completeness_covered": 0.7552,
}


def test_rows_are_rounded_not_invented() -> None:
    assert [value for _, value in rung_rows(RECORDED)] == [
        *("128.8 nats", "6.9 nats", "−135.6 nats", "−130.9 nats", "88.4 %", "88.4 %", "8.5", "75.5 %")
    ]


@given(st.dictionaries(st.sampled_from([measure.key for measure in FIGURES]), st.floats()))
def test_every_model_has_the_same_rows_in_the_same_order(recorded: dict[str, float]) -> None:
    rows = rung_rows(recorded)
    assert [name for name, _ in rows] == [measure.name for measure in FIGURES]
    assert all(value for _, value in rows)


def test_every_choice_has_a_name_and_every_link_a_sentence() -> None:
    assert set(LAYER_NAMES) == set(LAYERS)
    assert set(LINK_NAMES) == set(LINKS)
    sentences = {sentence(link, {}, {}, same=False) for link in LINKS}
    assert len(sentences) == len(LINKS)
    assert all(said.count(".") == 1 for said in sentences)


@pytest.mark.parametrize("link", LINKS)
def test_the_figures_of_both_planes_stand_beside_the_link(link: Link) -> None:
    autoencoder = {"completeness_fitted": 0.7727, "completeness": 0.8132}
    said = sentence(link, autoencoder, RECORDED, same=False)
    assert "77 % of random draws at the left (own Gaussian) and 88 % at the right (prior). Same" in said
    assert said.endswith(sentence(link, {}, {}, same=False))


def test_a_vae_in_place_of_the_autoencoder_is_scored_by_the_prior() -> None:
    stand_in = RECORDED | {"completeness_fitted": 0.5, "completeness": 0.75}
    assert "75 % of random draws at the left (prior)" in outcome(stand_in, RECORDED)


def test_networks_that_are_the_same_or_collapsed_are_not_compared() -> None:
    collapsed = RECORDED | {"kl_nats": 0.001, "completeness": 1.0}
    assert outcome(RECORDED, collapsed).startswith("The posterior has collapsed")
    assert outcome({}, collapsed).startswith("The posterior has collapsed")
    assert outcome(RECORDED, RECORDED | {"kl_nats": 2.5}).startswith("A classifier")
    assert "same network" in sentence("quantiles", RECORDED, RECORDED, same=True)
    assert "%" not in sentence("quantiles", RECORDED, RECORDED, same=True)


@given(
    st.dictionaries(
        st.sampled_from(["kl_nats", "completeness", "completeness_fitted"]),
        st.floats(0, 1) | st.sampled_from([math.nan, math.inf, -math.inf]),
    )
)
def test_what_was_not_measured_is_not_said(recorded: dict[str, float]) -> None:
    assert "nan" not in outcome(recorded, recorded)
    assert "inf" not in outcome(recorded, recorded)


@pytest.mark.parametrize("reach", [0.5, 1.0, 2.0, 2.5])
def test_the_share_of_the_prior_in_a_range_is_the_square_of_one_axis(reach: float) -> None:
    said = grid_sentence(20, reach, "coordinates")
    share = float(re.search(r"([\d.]+) % of the prior", said)[1])  # type: ignore[index]
    assert share == pytest.approx(100 * chi(df=1).cdf(reach) ** 2, abs=0.51)


def test_a_grid_says_what_one_picture_stands_for_and_where_the_left_one_is() -> None:
    assert "1 in 400" in grid_sentence(20, None, "coordinates")
    assert "same quantile" in grid_sentence(20, None, "quantiles")
    assert "same quantile" not in grid_sentence(20, None, "coordinates")


@pytest.mark.parametrize("beta", BETAS)
def test_a_missing_rung_is_named_with_its_command(beta: float) -> None:
    assert f"β = {beta:g}" in missing_sentence([beta])
    assert f"python -m vae train --preset ladder --beta={beta:g}`" in missing_sentence([beta])


def test_several_missing_rungs_are_one_sentence_with_one_command() -> None:
    sentence = missing_sentence([2, 4, 16])
    assert sentence.startswith("The rungs β = 2, 4 and 16 are missing")
    assert sentence.count("`python -m vae train --preset ladder --resume`") == 1


def test_the_table_holds_every_model_and_says_how_to_measure_what_is_missing() -> None:
    html = table_html(
        [
            ("autoencoder", "Autoencoder", 0.0, RECORDED),
            ("beta-4", "VAE, β = 4", 4.0, {}),
            ("vae", "VAE", None, {}),
        ]
    )
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    assert len(rows) == 4
    assert "<td>128.8</td><td>6.9</td><td>−135.6</td><td>−130.9</td><td>88.4 %</td>" in rows[1]
    assert rows[2].count("–") == len(FIGURES)
    assert "python -m vae evaluate checkpoints/ladder/beta-4.pt" in html
    assert "1 more" in html
    assert "other pages" in html


def test_log_likelihoods_are_called_exact_only_where_every_record_says_so() -> None:
    exact, coarse = ({"log_likelihood_error_nats": error} for error in (0.001, 0.3))
    assert "exact here" in why_figures([exact, exact])
    assert not any("exact here" in why_figures(found) for found in ([exact, coarse], [exact, {}]))
    assert "{" not in why_figures([{}]).replace("^{", "").replace("\\mathrm{", "").replace("\\text{", "")


def test_a_table_without_gaps_asks_for_nothing() -> None:
    html = table_html([("autoencoder", "Autoencoder", 0.0, RECORDED)])
    assert "evaluate" not in html
    assert "other pages" not in html
