"""What the completeness page says: figures as recorded, places as drawn, nothing that was not measured."""

from __future__ import annotations

import re

import pytest
from scipy.stats import chi

from pages.components.completeness.view import LAYERS, MORE
from pages.components.completeness.words import (
    FIGURES,
    LAW_NAMES,
    LAW_WHY,
    LAYER_NAMES,
    LINK_NAMES,
    LINK_SENTENCES,
    MORE_NAMES,
    TASK,
    draws_sentence,
    grid_sentence,
    missing_sentence,
    outcome,
    table_html,
    why_figures,
)
from vae.measure.draws import JUDGED, LAWS, Share
from vae.measure.intervals import wilson
from vae.model.ladder import BETAS
from vae.plane.linking import LINKS

RECORDED = {
    "reconstruction_nats": 128.7526,
    "kl_nats": 6.8758,
    "elbo_nats": -135.6284,
    "log_likelihood_nats": -130.8796,
    "completeness": 0.8837,
    "completeness_fitted": 0.8843,
    "completeness_box": 0.615,
    "completeness_covered": 0.7552,
}


def share(named: float, digits: float = 9.0) -> Share:
    return Share(named, wilson(named, JUDGED), digits, JUDGED)


def test_every_choice_has_a_name_and_every_link_a_sentence() -> None:
    assert set(LAYER_NAMES) == set(LAYERS)
    assert set(LINK_NAMES) == set(LINK_SENTENCES) == set(LINKS)
    assert set(LAW_NAMES) == set(LAWS)
    assert set(MORE_NAMES) == set(MORE) - {"none"}


def test_the_shares_of_both_planes_are_told_and_whether_they_may_differ_by_chance() -> None:
    said = outcome({"kl_nats": 2.5}, (share(0.6), share(0.74)), same=False)
    assert said == "A judge finds a digit at 60 % of random places at the left, 74 % at the right."
    assert "by chance" not in said
    assert outcome({}, (share(0.6), share(0.64)), same=False).endswith("may be chance.")
    assert "chance" not in outcome({}, (share(0.74), share(0.6)), same=False)


def test_networks_that_are_the_same_or_collapsed_are_not_compared() -> None:
    shares = share(0.6), share(0.0, 0.0)
    assert outcome({"kl_nats": 0.003}, shares, same=False).startswith("The VAE has collapsed")
    assert outcome({"kl_nats": 0.003}, None, same=False).startswith("The VAE has collapsed")
    assert "same network" in outcome({}, shares, same=True)
    assert "%" not in outcome({}, shares, same=True)
    assert outcome({}, None, same=False) == ""


@pytest.mark.parametrize("law", LAWS)
def test_draws_say_where_they_come_from(law) -> None:
    assert "prior N(0, I) at the right" in draws_sentence(law, (False, True))
    assert "by the prior N(0, I) at the left" in draws_sentence(law, (True, True))


@pytest.mark.parametrize(
    "said",
    [
        *LINK_SENTENCES.values(),
        *(
            outcome({"kl_nats": kl}, (share(0.6), share(0.64)), same=same)
            for kl, same in ((3, False), (0, False), (3, True))
        ),
        *(draws_sentence(law, (False, True)) for law in LAWS),
        *(LAW_WHY, TASK),
    ],
)
def test_sentences_are_short(said: str) -> None:
    assert all(len(sentence.split()) <= 20 for sentence in re.split(r"(?<=[.:])\s", said))


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
