"""The sentence beside the walks follows the figures, whichever way they fall."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pages.components.continuity.claim import Model, claim, sentence, written


def model(title: str, **means: tuple[float, float]) -> Model:
    """With {kind: (mean, margin)}; what is not said is alike in all."""
    values = {"named": (0.5, 0.01), "empty": (0.1, 0.01), "jump": (50.0, 1.0)} | means
    figures: dict[str, float] = {"walks_pairs": 1000}
    for kind, (mean, margin) in values.items():
        figures |= {f"walks_{kind}": mean, f"walks_{kind}_margin": margin}
    return Model(title, f"checkpoints/{title}.pt", figures)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (
            {},
            {"named": (0.9, 0.01), "empty": (0.0, 0.001), "jump": (80.0, 2.0)},
            "On average the B stays readable longer, the B leaves its codes less, and the A jumps less.",
        ),
        (
            {"named": (0.9, 0.01)},
            {"jump": (20.0, 2.0)},
            "On average the A stays readable longer, both leave their codes equally often, "
            "and the B jumps less.",
        ),
        (
            {"named": (0.515, 0.01), "jump": (51.5, 1.0), "empty": (0.115, 0.01)},
            {},
            "On average both stay readable equally long, both leave their codes equally often, "
            "and both jump equally far.",
        ),
    ],
)
def test_the_sentence_follows_the_figures(
    one: Mapping[str, tuple[float, float]], other: Mapping[str, tuple[float, float]], said: str
) -> None:
    assert sentence([model("A", **one), model("B", **other)]) == said


def test_what_was_not_measured_comes_with_the_way_to_measure_it() -> None:
    bare = Model("VAE", "checkpoints/vae.pt", {"walks_named": 0.5})
    assert sentence([model("A"), bare]) == (
        "Not measured yet: python -m vae evaluate checkpoints/vae.pt --record does it."
    )
    assert "not measured" in claim([model("A"), bare], 3)


def test_figures_stand_with_their_margins_and_the_pair_is_named() -> None:
    shown = claim([model("A"), model("<B>", named=(0.876, 0.014))], 17)
    assert "87.6 ± 1.4 %" in shown
    assert "50.0 ± 1.0<" in shown
    assert "Mean of 1,000 walks" in shown
    assert "You see pair 17 of 1,000, drawn by lot (seed 0)." in shown
    assert "<B>" not in shown
    assert "You see ends of your own." in claim([model("A")], None)


def test_a_model_alone_is_not_compared() -> None:
    assert sentence([model("A")]) == "There is no second model to compare with."


def test_a_share_is_written_in_per_cent() -> None:
    assert written("walks_named", None) == "not measured"
    assert written("walks_empty", model("A").figure("walks_empty")) == "10.00 ± 1.00 %"
