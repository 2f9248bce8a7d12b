"""What the panel beside the map tells, without a browser: of the pin that the page hands to the map."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from pages.components.frame import service
from pages.components.latent_map.told import Point, Told, around, told
from vae.serving.decoding import DecoderService


def told_of(app: AppTest) -> Told:
    view = app.session_state["latent_map"]
    return told_at(service.decoder_service(), view.checkpoint, view.pin)


def told_at(decoders: DecoderService, name: str, pin: Point) -> Told:
    """What the channel tells, step by step."""
    found = around(decoders, name, pin)
    pictures = decoders.decode(name, found.points).images
    verdict = None if found.judge is None else found.judge.submit(pictures[0]).result(10)
    return told(found, pictures, verdict)
