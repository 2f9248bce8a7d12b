"""The completeness page's view in its address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.completeness.view import (
    LAYERS,
    SEEDS,
    CompletenessView,
    carried_on,
    read,
    usual_view,
    write,
)
from vae.measure.draws import COUNTS
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
)
ladders = st.sets(st.sampled_from(BETAS), min_size=1).map(sorted)


@given(views)
def test_what_is_written_is_read_again(view: CompletenessView) -> None:
    assert read(write(view, BETAS), BETAS) == (view, None)


def test_a_bare_address_is_the_usual_view_and_the_other_way_round() -> None:
    assert read({}, BETAS) == (CompletenessView(), None)
    assert write(CompletenessView(), BETAS) == {}


@given(views, ladders)
def test_whatever_rungs_there_are_the_view_is_one_that_can_be_shown(
    view: CompletenessView, betas: list[float]
) -> None:
    assert usual_view(betas).beta in betas
    assert carried_on(view, betas).beta in betas
    shown, refused = read(write(view, BETAS), betas)
    assert shown.beta in betas
    if view.beta in betas and usual_view(betas).beta == 1:
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
                "else",
            ]
        ),
        st.text() | st.sampled_from(["nan", "-1e400", "4", "3.5", "left", "coordinates", "density", "٣"]),
    )
)
def test_any_address_gives_a_view_that_can_be_shown(parameters: dict[str, str]) -> None:
    view, _ = read(parameters, BETAS)
    assert view.beta in BETAS
    assert view.link in LINKS
    assert view.plane in ("left", "right")
    assert view.overlay in LAYERS
    assert view.digit in range(10)
    assert SIDES[0] <= view.grid <= SIDES[1]
    assert view.sigmas is None or SIGMAS[0] <= view.sigmas <= SIGMAS[1]
    assert COUNTS[0] <= view.draws <= COUNTS[1]
    assert 0 <= view.seed < SEEDS
    assert all(abs(z) <= 1000 for z in view.point)
    assert read(write(view, BETAS), BETAS) == (view, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("beta", "3"), ("beta", "nan"), ("beta", ""), ("link", "angle"), ("plane", "middle")),
        *(("z1", "inf"), ("z2", "1001"), ("overlay", "heat"), ("digit", "10"), ("digit", "2.5")),
        *(("grid", "41"), ("grid", "4"), ("sigmas", "7"), ("sigmas", "0.4"), ("draws", "61")),
        *(("seed", "-1"), ("seed", "1000000"), ("seed", "one")),
    ],
)
def test_what_cannot_be_shown_is_named_and_the_rest_is_kept(name: str, value: str) -> None:
    asked = {"beta": "8", "grid": "7", "seed": "5"} | {name: value}
    view, refused = read(asked, BETAS)
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
