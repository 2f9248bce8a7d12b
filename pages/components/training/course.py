"""The course of a run as a Streamlit component: map, slider, pictures, curves, progress, comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pages.components.frame.views import Point
from pages.components.mount import component
from pages.components.training.data import Kind
from pages.components.training.view import NAME, dataset
from vae.workshop.names import SHIPPED

_component = component.declared(
    "training",
    "training/training",
    '<div class="training"></div>',
    styles=(
        *("plane/plane", "parts/live_slider", "parts/digit"),
        *("training/controls", "training/curves", "training/comparison"),
    ),
)


@dataclass(frozen=True)
class Told:
    """What a visitor did in the component."""

    run: str
    epoch: float | None
    pin: Point
    dataset: str  # that the next run is to use


def course(
    *,
    key: str,
    run: str,
    own_key: str,
    epoch: float | None,
    pin: Point,
    ended: bool,
    chosen_data: str,
    known_data: Mapping[str, Kind],
    on_change: Callable[[Told], None],
) -> None:
    """Show `run` at `epoch` (None: the newest snapshot) with the pinned point at `pin`.

    How it trains is asked for and drawn in the browser, without Streamlit. `on_change` is told, before the
    script runs again, which run, epoch and point were chosen at last, and `ended`, once, when a run of the
    visitor's has come to its end. `own_key` commands the run; empty if the browser may know it. `known_data`
    says what data sets are called and what their labels count.
    """
    component.mount(
        _component,
        key=key,
        data={
            "run": run,
            "own_key": own_key,
            "epoch": epoch,
            "pin": list(pin),
            "ended": ended,
            "dataset": chosen_data,
            "kinds": dict(known_data),
        },
        value="shown",
        read=read,
        on_change=on_change,
    )


def read(told: Mapping[str, object]) -> Told | None:
    """What the browser told, None if it is nothing that can be shown."""
    run, epoch, pin, data = (told.get(name) for name in ("run", "epoch", "pin", "dataset"))
    point = component.point(pin)
    if not isinstance(run, str) or not NAME.fullmatch(run) or point is None:
        return None
    if epoch is not None and not component.is_number(epoch):
        return None
    known = dataset(data) if isinstance(data, str) else None
    if known is None:
        return None
    kept = None if epoch is None else round(min(max(float(epoch), 0.0), 1000.0), 4)
    return Told(run or SHIPPED, kept, point, known)
