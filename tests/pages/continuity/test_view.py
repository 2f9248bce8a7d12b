"""The path in the page's address, and the test digits at its ends."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.continuity.view import Beside, PathView, Walk, beside, carried, example, parts, place
from pages.components.frame.views import coordinate, number, read, write
from vae.model.checkpoint import Latents
from vae.plane.pairs import PAIRS, shown_pairs
from vae.plane.paths import KINDS

NAMES = ("vae", "autoencoder")


def some_latents(seed: int, labels: tuple[int, ...] = (3, 0, 3, 1, 3, 0, 1)) -> Latents:
    rng = np.random.default_rng(seed)
    means = rng.normal(scale=3, size=(len(labels), 2)).astype(np.float32)
    return Latents(means, np.zeros_like(means), np.array(labels, dtype=np.uint8))


class Planes(NamedTuple):
    """What a view asks a DecoderService for."""

    latents: dict[str, Latents]
    names: tuple[str, ...] = NAMES

    def has(self, name: str) -> bool:
        return name in self.names

    def checkpoint(self, name: str) -> Any:
        return SimpleNamespace(latents=self.latents[name])


LATENTS = {"vae": some_latents(1), "autoencoder": some_latents(2)}
SERVICE: Any = Planes(LATENTS)
PARTS = parts(SERVICE)


def usual(name: str) -> PathView:
    return read({"model": name}, PARTS, PathView)[0]


coordinates = st.floats(-1000, 1000).map(coordinate)
points = st.tuples(coordinates, coordinates)
views = st.builds(
    PathView,
    *(st.sampled_from(NAMES), st.sampled_from(KINDS), st.integers(1, PAIRS), points, points),
    *(st.floats(0, 1).map(str).map(number(0, 1)), st.sampled_from(["path", "axes"]), points),
    *(st.booleans(), st.booleans()),
)


@given(views)
def test_what_is_written_is_read_again(view: PathView) -> None:
    assert read(write(view, PARTS), PARTS, PathView) == (view, None)


@given(
    st.dictionaries(
        st.sampled_from(["model", "a1", "a2", "b1", "b2", "z1", "z2", "path", "pair", "t", "mode", "else"]),
        st.text() | st.sampled_from(["axes", "nan", "-1e400", "2", "geodesic"]),
    )
)
def test_any_address_gives_a_path_that_can_be_shown(parameters: dict[str, str]) -> None:
    view, _ = read(parameters, PARTS, PathView)
    assert view.checkpoint in NAMES
    assert view.kind in KINDS
    assert 0 <= view.t <= 1
    assert all(abs(z) <= 1000 for point in (view.a, view.b, view.point) for z in point)
    assert read(write(view, PARTS), PARTS, PathView) == (view, None)


def test_a_bare_address_goes_halfway_along_the_first_pair() -> None:
    view, refused = read({}, PARTS, PathView)
    assert refused is None
    a, b = shown_pairs(LATENTS["vae"].labels)[0]
    assert (view.a, view.b) == (place(LATENTS["vae"], a), place(LATENTS["vae"], b))
    assert (view.t, view.kind, view.mode, view.pair) == (0.5, "straight", "path", 1)
    assert not view.magnification
    assert not view.legible


ENDS = {"a1": "0.5", "a2": "1.0", "b1": "-1.0", "b2": "2.0"}


@pytest.mark.parametrize(
    ("saved", "view"),
    [
        (
            {"model": "vae", "path": "straight", **ENDS, "t": "0.25"},
            PathView("vae", "straight", 1, (0.5, 1.0), (-1.0, 2.0), 0.25),
        ),
        (
            {"model": "autoencoder", "path": "geodesic", **ENDS, "t": "0.5"},
            PathView("autoencoder", "geodesic", 1, (0.5, 1.0), (-1.0, 2.0), magnification=True),
        ),
        (
            {"path": "spherical", **ENDS, "t": "1.0", "z1": "3.0", "z2": "-4.5", "mode": "axes"},
            PathView("vae", "spherical", 1, (0.5, 1.0), (-1.0, 2.0), 1.0, "axes", (3.0, -4.5)),
        ),
    ],
)
def test_an_address_that_was_saved_once_shows_the_same(saved: dict[str, str], view: PathView) -> None:
    assert read(saved, PARTS, PathView) == (view, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("a1", "nan"), ("b2", "inf"), ("b1", "1001"), ("path", "zigzag")),
        *(("t", "1.5"), ("t", ""), ("t", "nan"), ("pair", "0"), ("pair", "1001"), ("pair", "2.5")),
    ],
)
def test_what_cannot_be_shown_is_named_and_the_rest_is_kept(name: str, value: str) -> None:
    whole = PathView("autoencoder", "spherical", 1, (1.0, 2.0), (3.0, 4.0), 0.25)
    view, refused = read(write(whole, PARTS) | {name: value}, PARTS, PathView)
    assert refused is not None
    assert f"{name} = {value or 'nothing'}," in refused
    assert view.checkpoint == "autoencoder"
    assert view.kind == ("straight" if name == "path" else "spherical")
    assert view.t == (0.5 if name == "t" else 0.25)
    assert view.a == (usual("autoencoder").a if name == "a1" else (1.0, 2.0))


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


def test_where_all_digits_are_alike_the_path_goes_between_any_two() -> None:
    service: Any = Planes({"vae": some_latents(0, (4, 4, 4))}, ("vae",))
    view, _ = read({}, parts(service), PathView)
    assert view.a != view.b


@given(st.integers(0, 5), points.filter(lambda point: math.dist(point, (0, 0)) > 20))
def test_another_checkpoint_keeps_the_digit_and_leaves_a_free_point(
    index: int, free: tuple[float, float]
) -> None:
    old, new = LATENTS["vae"], LATENTS["autoencoder"]
    view = PathView("vae", "geodesic", 4, place(old, index), free, 0.75)
    moved = carried(view, "autoencoder", SERVICE)
    assert moved == PathView("autoencoder", "geodesic", 4, place(new, index), free, 0.75)
    assert carried(moved, "vae", SERVICE) == view


def test_a_walk_is_what_the_component_moves() -> None:
    view = PathView("vae", "straight", 7, (1.0, 2.0), (3.0, 4.0), 0.25, "axes", (5.0, 6.0), True)
    assert view.walk == Walk((1.0, 2.0), (3.0, 4.0), 0.25, (5.0, 6.0))


def test_the_other_model_walks_between_the_same_digits() -> None:
    old, new = LATENTS["vae"], LATENTS["autoencoder"]
    view = PathView("vae", "straight", 1, place(old, 2), place(old, 5))
    assert beside(view, old, new) == Beside(place(new, 2), place(new, 5), (), (3, 0))


def test_where_an_end_is_no_digit_the_nearest_one_stands_for_it() -> None:
    old, new = LATENTS["vae"], LATENTS["autoencoder"]
    z1, z2 = place(old, 4)
    view = PathView("vae", "straight", 1, (z1 + 0.01, z2), place(old, 5))
    assert beside(view, old, new) == Beside(place(new, 4), place(new, 5), ("A",), (3, 0))
    view = PathView("vae", "straight", 1, place(old, 5), (z1 + 0.01, z2))
    assert beside(view, old, new) == Beside(place(new, 5), place(new, 4), ("B",), (0, 3))


def test_models_of_other_test_digits_do_not_walk_together() -> None:
    view = PathView("vae", "straight", 1, (0.0, 0.0), (1.0, 1.0))
    assert beside(view, LATENTS["vae"], some_latents(3, (3, 0, 3, 1, 3, 0, 2))) is None
    assert beside(view, LATENTS["vae"], some_latents(3, (3, 0))) is None
