"""Who decodes a map's digits as a Streamlit component: the device, and the last decode's milliseconds."""

from __future__ import annotations

from pages.components.mount import component

_HTML = '<p class="timing">Device, and time of the last decode: <b class="timing-badge"></b></p>'

_component = component.declared("timing", "latent_map/timing", _HTML)


def timing(*, key: str, group: str) -> None:
    """Say it for the map whose key is `group`; the browser keeps it up to date."""
    _component.show(key=key, data={"group": group})
