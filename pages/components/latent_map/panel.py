"""The panel beside the map as a Streamlit component: what is known of the pinned point, and by whom."""

from __future__ import annotations

import streamlit as st

from pages.components.frame.kinds import worded
from pages.components.frame.originals import have_stand_ins, offer_download, originals
from pages.components.frame.views import companions
from pages.components.mount import component
from vae.model.checkpoint import Checkpoint

# The parts keep their room from the first moment on; the script fills them.
_HTML = """
<div class="map-panel" aria-busy="true">
  <div class="map-panel-followed">
    <div class="map-panel-line"></div>
    <a class="map-panel-door" data-by-history></a>
    <div class="map-panel-facts"></div>
  </div>
  <div class="map-panel-neighbours"></div>
</div>
"""

_component = component.declared("map_panel", "latent_map/panel", _HTML)


def panel(*, key: str, group: str, checkpoint: str, saved: Checkpoint) -> None:
    """Draw the panel of the map whose key is `group`; `saved` is the checkpoint of that name.

    What it tells of the map's pin comes from the server by a channel of its own (channel.py). Its link leads
    to the page that opens the machine for the followed test digit.
    """
    door = {"label": worded("Open this digit →", saved), "beside": {"model": checkpoint} | companions()}
    # None of the digits that stand in is the followed one.
    _component.show(key=key, data={"group": group, "door": None if have_stand_ins(saved) else door})
    own, problem = originals(saved)
    if problem is not None:
        st.caption(problem)
    elif own is None:
        offer_download("latent_map_download", "Drawn again by the decoder", saved)
