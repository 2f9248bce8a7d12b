"""The share of random places that are digits, as a Streamlit component that fills the bars of the maps."""

from __future__ import annotations

from pages.components.mount import component
from vae.measure.draws import Share
from vae.measure.measures import MEASURES

_component = component.declared("named_shares", "completeness/shares", '<p class="named-shares"></p>')


def named_shares(
    *, key: str, group: str, rung: str, left: Share | None, right: Share | None, note: str
) -> None:
    """Tell the maps of `group` (their component's key) what their bars show, and write the note on them.

    The right share is that of the checkpoint `rung`; as long as the maps show another one they dim its bar. A
    share that is None leaves its bar empty.
    """
    _component.show(
        key=key,
        data={
            "group": group,
            "rung": rung,
            "left": left and _bar(left),
            "right": right and _bar(right),
            "note": note,
        },
    )


def _bar(share: Share) -> dict[str, float]:
    """Shares in per cent, for the browser."""
    percent = MEASURES["completeness"].in_unit
    return {
        "percent": percent(share.share),
        "low": percent(share.interval.low),
        "high": percent(share.interval.high),
        "digits": round(share.digits, MEASURES["completeness_digits"].decimals),
        "judged": share.judged,
    }
