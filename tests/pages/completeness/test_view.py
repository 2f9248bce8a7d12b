"""The completeness page's view in its address."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.completeness.view import COUNTS, LAYERS, MORE, SEEDS, CompletenessView, parts
from pages.components.frame import views as codec
from pages.components.frame.views import Part
from vae.measure.draws import LAWS
from vae.model import ladder
from vae.model.ladder import BETAS
from vae.plane.linking import LINKS
from vae.serving.manifold import SIDES, SIGMAS

coordinates = st.floats(-1000, 1000).map(lambda z: round(z, 4) + 0.0)
sigmas = st.none() | st.floats(*SIGMAS).map(lambda reach: round(reach, 2))
views = st.builds(
    CompletenessView,
    beta=st.sampled_from(BETAS),
    link=st.sampled_from(LINKS),
    plane=st.sampled_from(["left", "right"]),
    point=st.tuples(coordinates, coordinates),
    overlay=st.sampled_from(LAYERS),
    digit=st.integers(0, 9),
    grid=st.integers(*SIDES),
    sigmas=sigmas,
    draws=st.integers(*COUNTS),
    seed=st.integers(0, SEEDS - 1),
    law=st.sampled_from(LAWS),
    more=st.sampled_from(MORE),
    left=st.sampled_from(["autoencoder", "vae"]),
    right=st.sampled_from(["", "vae"]),
)


def table(betas: Sequence[float] = BETAS) -> tuple[Part, ...]:
    """The page's parts where there are these rungs."""
    names = ("vae", *map(ladder.name, betas))
    service: Any = SimpleNamespace(names=names, has=names.__contains__)
    return parts(service)


def read(address: dict[str, str], betas: Sequence[float] = BETAS) -> tuple[CompletenessView, str | None]:
    return codec.read(address, table(betas), CompletenessView)


def write(view: CompletenessView, betas: Sequence[float] = BETAS) -> dict[str, str]:
    return codec.write(view, table(betas))


ladders = st.sets(st.sampled_from(BETAS), min_size=1).map(sorted)


@given(views)
def test_what_is_written_is_read_again(view: CompletenessView) -> None:
    assert read(write(view)) == (view, None)


def test_a_bare_address_is_the_usual_view_and_the_other_way_round() -> None:
    assert read({}) == (CompletenessView(), None)
    assert write(CompletenessView()) == {}


@given(views, ladders)
def test_whatever_rungs_there_are_the_view_is_one_that_can_be_shown(
    view: CompletenessView, betas: list[float]
) -> None:
    usual, _ = read({}, betas)
    assert usual.beta in betas
    shown, refused = read(write(view), betas)
    assert shown.beta in betas
    if view.beta in betas and usual.beta == 1 and (0 in betas or view.left == "vae"):
        assert (shown, refused) == (view, None)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "beta",
                "link",
                "plane",
                "z1",
                "z2",
                "overlay",
                "digit",
                "grid",
                "sigmas",
                "draws",
                "seed",
                "law",
                "more",
                "else",
            ]
        ),
        st.text()
        | st.sampled_from(["nan", "-1e400", "4", "3.5", "left", "coordinates", "density", "own", "٣"]),
    )
)
def test_any_address_gives_a_view_that_can_be_shown(parameters: dict[str, str]) -> None:
    view, _ = read(parameters)
    assert view.beta in BETAS
    assert view.link in LINKS
    assert view.plane in ("left", "right")
    assert view.overlay in LAYERS
    assert view.digit in range(10)
    assert SIDES[0] <= view.grid <= SIDES[1]
    assert view.sigmas is None or SIGMAS[0] <= view.sigmas <= SIGMAS[1]
    assert COUNTS[0] <= view.draws <= COUNTS[1]
    assert 0 <= view.seed < SEEDS
    assert view.law in LAWS
    assert view.more in MORE
    assert all(abs(z) <= 1000 for z in view.point)
    assert read(write(view)) == (view, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("beta", "3"), ("beta", "nan"), ("beta", ""), ("link", "angle"), ("plane", "middle")),
        *(("z1", "inf"), ("z2", "1001"), ("overlay", "heat"), ("digit", "10"), ("digit", "2.5")),
        *(("grid", "41"), ("grid", "4"), ("sigmas", "7"), ("sigmas", "0.4"), ("draws", "61")),
        *(("law", "gauss"), ("more", "everything"), ("seed", "-1"), ("seed", "1000000"), ("seed", "one")),
    ],
)
def test_what_cannot_be_shown_is_named_and_the_rest_is_kept(name: str, value: str) -> None:
    asked = {"beta": "8", "grid": "7", "seed": "5"} | {name: value}
    view, refused = read(asked)
    assert refused is not None
    assert f"{name} = {value or 'nothing'}," in refused
    assert view.beta == (1 if name == "beta" else 8)
    assert view.grid == (20 if name == "grid" else 7)
    assert view.seed == (0 if name == "seed" else 5)


def test_a_rung_that_is_not_there_is_refused() -> None:
    view, refused = read({"beta": "8"}, [0.0, 0.5, 4.0])
    assert view.beta == 0.5
    assert refused is not None
    assert "beta = 8" in refused


@pytest.mark.parametrize(
    ("saved", "view"),
    [
        ({"beta": "8", "plane": "left", "z1": "2.5", "z2": "-1.0"}, {"beta": 8, "plane": "left"}),
        ({"beta": "0.25", "z1": "2.5", "z2": "-1.0", "link": "coordinates"}, {"link": "coordinates"}),
        (
            {"beta": "0", "z1": "2.5", "z2": "-1", "sigmas": "2.5", "grid": "7"},
            {"sigmas": 2.5, "grid": 7, "more": "grid"},
        ),
        (
            {"beta": "0", "z1": "2.5", "z2": "-1", "draws": "7", "seed": "3"},
            {"draws": 7, "seed": 3, "more": "draws"},
        ),
    ],
)
def test_an_address_that_was_saved_once_shows_the_same(saved: dict[str, str], view: dict[str, Any]) -> None:
    wanted = {"beta": float(saved["beta"]), "point": (2.5, -1.0)} | view
    assert read(saved) == (CompletenessView(**wanted), None)
    assert read({"z2": "2.0"}) == (CompletenessView(point=(0.6, 2.0)), None)  # one coordinate as usual
