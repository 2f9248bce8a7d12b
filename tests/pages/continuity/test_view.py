"""The path in the page's address, and the test digits at its ends."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.continuity.view import (
    PathView,
    carried_over,
    example,
    place,
    read,
    rounded_t,
    usual_path,
    write,
)
from pages.components.continuity.walk import Walk
from vae.model.checkpoint import Latents
from vae.plane.paths import KINDS

NAMES = ("vae", "autoencoder")


def some_latents(seed: int, labels: tuple[int, ...] = (3, 0, 3, 1, 3, 0, 1)) -> Latents:
    rng = np.random.default_rng(seed)
    means = rng.normal(scale=3, size=(len(labels), 2)).astype(np.float32)
    return Latents(means, np.zeros_like(means), np.array(labels, dtype=np.uint8))


LATENTS = {"vae": some_latents(1), "autoencoder": some_latents(2)}


def usual(name: str) -> PathView:
    return usual_path(name, LATENTS[name])


coordinates = st.floats(-1000, 1000).map(lambda z: round(z, 4) + 0.0)
points = st.tuples(coordinates, coordinates)
shares = st.floats(0, 1).map(rounded_t)
walks = st.builds(Walk, points, points, shares) | st.builds(
    Walk, points, points, shares, st.just("axes"), points
)
views = st.builds(PathView, st.sampled_from(NAMES), walks, st.sampled_from(KINDS))


@given(views)
def test_what_is_written_is_read_again(view: PathView) -> None:
    assert read(write(view), NAMES, usual) == (view, None)


@given(
    st.dictionaries(
        st.sampled_from(["model", "a1", "a2", "b1", "b2", "z1", "z2", "path", "t", "mode", "else"]),
        st.text() | st.sampled_from(["axes", "nan", "-1e400", "2", "geodesic"]),
    )
)
def test_any_address_gives_a_path_that_can_be_shown(parameters: dict[str, str]) -> None:
    view, _ = read(parameters, NAMES, usual)
    assert view.checkpoint in NAMES
    assert view.kind in KINDS
    assert 0 <= view.walk.t <= 1
    assert all(abs(z) <= 1000 for point in (view.walk.a, view.walk.b, view.walk.point) for z in point)
    assert read(write(view), NAMES, usual) == (view, None)


def test_a_bare_address_goes_halfway_from_a_1_to_a_0() -> None:
    view, refused = read({}, NAMES, usual)
    assert refused is None
    assert view.walk.a in {place(LATENTS["vae"], index) for index in (3, 6)}
    assert view.walk.b in {place(LATENTS["vae"], index) for index in (1, 5)}
    assert (view.walk.t, view.kind, view.walk.mode) == (0.5, "straight", "path")


@pytest.mark.parametrize(
    ("name", "value"),
    [("a1", "nan"), ("b2", "inf"), ("b1", "1001"), ("path", "zigzag"), ("t", "1.5"), ("t", ""), ("t", "nan")],
)
def test_what_cannot_be_shown_is_named_and_the_rest_is_kept(name: str, value: str) -> None:
    whole = PathView("autoencoder", Walk((1.0, 2.0), (3.0, 4.0), 0.25), "spherical")
    view, refused = read(write(whole) | {name: value}, NAMES, usual)
    assert refused is not None
    assert f"{name} = {value or 'nothing'}," in refused
    assert view.checkpoint == "autoencoder"
    assert view.kind == ("straight" if name == "path" else "spherical")
    assert view.walk.t == (0.5 if name == "t" else 0.25)
    assert view.walk.a == (usual("autoencoder").walk.a if name == "a1" else (1.0, 2.0))


def test_next_one_visits_every_digit_of_the_label_once_and_comes_back() -> None:
    latents = LATENTS["vae"]
    seen, index = [], None
    for _ in range(4):
        point = example(latents, 3, index)
        index = next(i for i in range(5) if place(latents, i) == point)
        seen.append(index)
    assert sorted(seen[:3]) == [0, 2, 4]
    assert seen[3] == seen[0]
    assert example(latents, 9) is None


def test_without_ones_and_zeros_the_path_begins_at_the_origin() -> None:
    walk = usual_path("vae", some_latents(0, (4, 4, 7))).walk
    assert (walk.a, walk.b) == ((0.0, 0.0), (0.0, 0.0))


@given(st.integers(0, 5), points.filter(lambda point: math.dist(point, (0, 0)) > 20))
def test_another_checkpoint_keeps_the_digit_and_leaves_a_free_point(
    index: int, free: tuple[float, float]
) -> None:
    old, new = LATENTS["vae"], LATENTS["autoencoder"]
    view = PathView("vae", Walk(place(old, index), free, 0.75), "geodesic")
    moved = carried_over(view, old, "autoencoder", new)
    assert moved == PathView("autoencoder", Walk(place(new, index), free, 0.75), "geodesic")
    assert carried_over(moved, new, "vae", old) == view
