"""The latent map's view in its address."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame.views import coordinate, read, write
from pages.components.latent_map.view import MapView, parts

PARTS = parts(SimpleNamespace(names=("vae", "autoencoder")))  # type: ignore[arg-type]
coordinates = st.floats(-1000, 1000).map(coordinate)
views = st.builds(
    MapView, st.sampled_from(["vae", "autoencoder"]), st.tuples(coordinates, coordinates), st.booleans()
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
        ({"z2": "3"}, MapView("vae", (0.0, 3.0))),
        ({"model": "autoencoder", "z1": "-12.3457", "z2": "1e1"}, MapView("autoencoder", (-12.3457, 10.0))),
    ],
)
def test_an_address_that_was_saved_once_shows_the_same(saved: dict[str, str], view: MapView) -> None:
    assert read(saved, PARTS, MapView) == (view, None)
