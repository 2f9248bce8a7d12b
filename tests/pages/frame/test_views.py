"""The view in the page's address: what is written is read again, and nothing a person types breaks it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame.views import View, read, rounded_pin, write

NAMES = ("vae", "autoencoder")
coordinates = st.floats(-1000, 1000)


@given(st.sampled_from(NAMES), coordinates, coordinates, st.booleans())
def test_what_is_written_is_read_again(checkpoint: str, z1: float, z2: float, manifold: bool) -> None:
    pin = rounded_pin(z1, z2)
    assert pin is not None
    assert read(write(View(checkpoint, pin, manifold)), NAMES) == (View(checkpoint, pin, manifold), None)


@given(coordinates, coordinates)
def test_rounding_moves_a_point_by_less_than_a_pixel(z1: float, z2: float) -> None:
    pin = rounded_pin(z1, z2)
    assert pin is not None
    assert math.dist(pin, (z1, z2)) < 1e-4
    assert "-0.0" not in map(str, pin)


@given(st.dictionaries(st.sampled_from(["model", "z1", "z2", "manifold", "else"]), st.text()))
def test_any_address_gives_a_view_that_can_be_shown(parameters: dict[str, str]) -> None:
    view, refused = read(parameters, NAMES)
    assert view.checkpoint in NAMES
    assert all(abs(z) <= 1000 for z in view.pin)
    assert refused is None or refused.count(".") >= 1


def test_a_bare_address_is_the_usual_view() -> None:
    assert read({}, NAMES) == (View("vae", (0.0, 0.0), False), None)


@pytest.mark.parametrize("garbage", ["nan", "inf", "-1e9", "1001", "", "three", "1,5", "0x10", "<b>"])
def test_a_coordinate_that_is_none_is_named_in_the_sentence(garbage: str) -> None:
    view, refused = read({"model": "autoencoder", "z1": "1.5", "z2": garbage}, NAMES)
    assert view == View("autoencoder", (0.0, 0.0), False)
    assert refused is not None
    assert f"z2 = {garbage or 'nothing'}," in refused
    assert "z1" not in refused


def test_everything_wrong_is_named_in_one_sentence() -> None:
    view, refused = read({"model": "x" * 500, "z1": "nan", "z2": "nan"}, NAMES)
    assert view == View("vae")
    assert refused is not None
    assert all(part in refused for part in ("model = xxxx", "z1 = nan", "z2 = nan"))
    assert len(refused) < 200
