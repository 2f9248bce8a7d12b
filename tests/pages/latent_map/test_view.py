"""The latent map's view in its address."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame.views import coordinate, read, write
from pages.components.latent_map.view import MapView, carried, parts

HOLE = (-2.5, 1.25)
MODELS = {
    name: SimpleNamespace(
        model_config=SimpleNamespace(variational=name == "vae"), latents=SimpleNamespace(hole=HOLE)
    )
    for name in ("vae", "autoencoder")
}
SERVICE = SimpleNamespace(names=tuple(MODELS), checkpoint=MODELS.__getitem__, has=MODELS.__contains__)
PARTS = parts(SERVICE)  # type: ignore[arg-type]
coordinates = st.floats(-1000, 1000).map(coordinate)
views = st.builds(
    MapView,
    st.sampled_from(list(MODELS)),
    st.tuples(coordinates, coordinates) | st.sampled_from([HOLE, (0.0, 0.0)]),
    st.booleans(),
    st.booleans(),
)


@given(views)
def test_what_is_written_is_read_again(view: MapView) -> None:
    assert read(write(view, PARTS), PARTS, MapView) == (view, None)


@pytest.mark.parametrize(
    ("saved", "view"),
    [
        ({}, MapView("vae")),
        ({"model": "vae", "z1": "0.5", "z2": "-1.2"}, MapView("vae", (0.5, -1.2))),
        ({"model": "vae", "z1": "0.0", "z2": "0.0", "manifold": "1"}, MapView("vae", manifold=True)),
        ({"model": "autoencoder"}, MapView("autoencoder", HOLE)),
        ({"model": "autoencoder", "z1": "0.0", "z2": "0.0"}, MapView("autoencoder")),
        ({"legible": "1"}, MapView("vae", legible=True)),
        ({"z2": "3"}, MapView("vae", (0.0, 3.0))),
        ({"model": "autoencoder", "z1": "-12.3457", "z2": "1e1"}, MapView("autoencoder", (-12.3457, 10.0))),
    ],
)
def test_an_address_that_was_saved_once_shows_the_same(saved: dict[str, str], view: MapView) -> None:
    assert read(saved, PARTS, MapView) == (view, None)


@given(views, st.sampled_from(list(MODELS)))
def test_another_model_keeps_a_chosen_point_and_has_a_usual_one_of_its_own(view: MapView, name: str) -> None:
    usual = {"vae": (0.0, 0.0), "autoencoder": HOLE}
    there = carried(view, name, SERVICE)  # type: ignore[arg-type]
    assert there.checkpoint == name
    assert there.pin == (usual[name] if view.pin == usual[view.checkpoint] else view.pin)
    assert (there.manifold, there.legible) == (view.manifold, view.legible)
