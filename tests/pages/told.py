"""What the panel beside the map tells, without a browser: of the pin that the page hands to the map."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from pages.components.frame import service
from pages.components.latent_map.told import Told, told


def told_of(app: AppTest) -> Told:
    view = app.session_state["latent_map"]
    return told(service.decoder_service(), view.checkpoint, view.pin)
