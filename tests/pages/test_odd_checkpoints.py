"""Checkpoints at the edge of what a file may hold: every page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.told import told_of
from vae.model import ladder
from vae.model.checkpoint import FEWEST, Latents, load, save
from vae.plane.lattices import Points
from vae.plane.limits import LIMIT

MAIN = Path(__file__).parents[2] / "pages" / "main.py"
ADDRESSES = (
    ("latent_map", {"manifold": "1"}),
    ("latent_map", {"model": "autoencoder", "z1": "1000", "z2": "-1000"}),
    ("continuity", {"path": "spherical"}),
    ("continuity", {"path": "geodesic", "model": "autoencoder"}),
    ("continuity", {"mode": "axes", "magnification": "1"}),
    ("completeness", {"overlay": "density"}),
    ("completeness", {"overlay": "ellipses", "link": "coordinates", "sigmas": "6"}),
)


def on_a_line() -> Points:
    along = np.linspace(-2, 2, FEWEST)
    return np.stack([along, 0.5 * along], axis=1).astype(np.float32)


def nearly_at_one_place() -> Points:
    means = np.ones((FEWEST, 2), np.float32)
    means[0, 0] = np.nextafter(np.float32(1), np.float32(2))
    return means


def far_away() -> Points:
    means = np.full((FEWEST, 2), LIMIT, np.float32)
    means[::2] *= -1
    return means


@pytest.mark.parametrize(
    ("means", "figures"),
    [
        (on_a_line, {}),
        (nearly_at_one_place, {"kl_nats": -1e9, "completeness": 1e9, "unknown_figure": 0.0}),
        (far_away, {"kl_nats": 5.0}),
    ],
)
def test_every_page_shows_them(
    folder: Path, means: Callable[[], Points], figures: Mapping[str, float]
) -> None:
    for file in ("vae.pt", "autoencoder.pt", *map(ladder.file, ladder.BETAS)):
        usual = load(folder / file)
        posteriors = usual.latents.log_variances[:FEWEST]
        latents = Latents(means(), posteriors, np.zeros(FEWEST, np.uint8))
        save(replace(usual, latents=latents, figures=figures, provenance={}), folder / file)
    for page, address in ADDRESSES:
        app = AppTest.from_file(MAIN, default_timeout=120)
        app.switch_page(f"{page}.py")
        app.query_params.update(address)
        app.run()
        assert not app.exception, (page, address, app.exception)
        if page == "latent_map":
            assert any(f"Vote of the {FEWEST} nearest codes" in part for part in told_of(app).html)
