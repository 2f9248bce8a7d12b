"""What a visitor sees of a page, in the session and in the address: a table of parts a page, one keeper.

The latent map's is `?model=autoencoder&z1=0.5&z2=-1.2&manifold=1`. What is as usual is left out, so that a
bare address is the usual view; and the links between pages hold the whole address of where they lead. So
every entry of the browser's history is a view that was seen, and only that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import streamlit as st

from pages.components.frame.mirrors import mirrored
from pages.components.frame.words import title
from vae.plane.limits import LIMIT, kept
from vae.serving.decoding import DecoderService

Point = tuple[float, float]  # (z1, z2)
COORDINATES = (-LIMIT, LIMIT)  # that the decode channel accepts
PRESENT = "present"  # large type, for a projector
COMPANIONS = (PRESENT, "lesson", "step", "room")  # in any address: they go along from page to page
LONGEST_COMPANION = 40  # characters; lessons, steps and rooms have no longer name
GUESTS = 5  # models of the workshop that a visitor is offered: those opened last
SHOWN = 20  # characters of what an address says, in a sentence on it

V = TypeVar("V")  # the dataclass of a page's view


@dataclass(frozen=True)
class Part:
    """One part of a view: a field of its dataclass, and how it stands in the address.

    `usual` is its value in a bare address, or a function of the parts above it in the table. `parse` turns a
    text into a value, into None if it cannot be shown. A field that is a tuple has a name in the address for
    each of its values (`names`); others may have one that is not the field's own.
    """

    field: str
    usual: Any
    parse: Callable[[str], Any]
    write: Callable[[Any], str] = str
    names: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names under which it stands in an address."""
        return self.names or (self.field,)

    def usual_beside(self, above: Mapping[str, Any]) -> Any:
        """The usual value where the parts above have these values."""
        return self.usual(above) if callable(self.usual) else self.usual

    def split(self, value: Any) -> tuple[Any, ...]:
        """A value for each of the names."""
        return value if len(self.names) > 1 else (value,)

    def read(self, address: Mapping[str, str], usual: Any) -> tuple[Any, list[str]]:
        """What the address says, the usual value if that is nothing, and what of it cannot be shown."""
        values = [
            self.parse(address[name]) if name in address else value
            for name, value in zip(self.parameters, self.split(usual), strict=True)
        ]
        asked = [name for name in self.parameters if name in address]
        refused = [quoted(name, address[name]) for name in asked if self.parse(address[name]) is None]
        if refused or not asked:
            return usual, refused
        return (tuple(values) if len(self.names) > 1 else values[0]), []


def read(address: Mapping[str, str], parts: Sequence[Part], view: type[V]) -> tuple[V, str | None]:
    """The view of an address, and what could not be used of it in words, else None.

    What is absent or unusable takes its usual value.
    """
    values: dict[str, Any] = {}
    refused: list[str] = []
    for part in parts:
        values[part.field], wrong = part.read(address, part.usual_beside(values))
        refused += wrong
    known = {*COMPANIONS, *(name for part in parts for name in part.parameters)}
    unknown = [f"{cut(name)}={cut(address[name])}" for name in address if name not in known]
    return view(**values), " ".join(filter(None, (refusal(refused), ignorance(unknown)))) or None


def write(view: object, parts: Sequence[Part]) -> dict[str, str]:
    """The address that `read` turns into this view again: what is not as usual."""
    values = vars(view)
    return {
        name: part.write(value)
        for part in parts
        if values[part.field] != part.usual_beside(values)
        for name, value in zip(part.parameters, part.split(values[part.field]), strict=True)
    }


@dataclass(frozen=True)
class Keeper(Generic[V]):
    """What a visitor sees of one page: kept in the session under `page`, adopted from the address, published.

    `parts` is the page's table for what this service offers. Pages whose view has a `checkpoint` show the one
    that was chosen last on any of them; `carried` takes a view to another checkpoint.
    """

    page: str
    view: type[V]
    parts: Callable[[DecoderService], Sequence[Part]]
    carried: Callable[[V, str, DecoderService], V] = lambda view, checkpoint, _: replace(
        view, checkpoint=checkpoint
    )

    def now(self) -> V:
        """What the visitor sees; the page has adopted it before."""
        view = st.session_state[self.page]
        assert isinstance(view, self.view)
        return view

    def keep(self, **changes: Any) -> None:
        """Keep what the visitor changed on the page."""
        st.session_state[self.page] = replace(self.now(), **changes)
        st.session_state["changed_here"] = True

    def keep_widget(self, field: str) -> None:
        """Keep what the widget of this part reports; it is called by the page's name and the field's."""
        self.keep(**{field: mirrored(f"{self.page}_{field}")})

    def adopt(self, service: DecoderService) -> str | None:
        """Take over the view of the address: that of a link, a reload, the browser's Back or Forward.

        Not after a change on the page, which the address does not know yet. Returns what could not be used of
        the address, in words.
        """
        if st.session_state.pop("changed_here", False):
            address, refused = self.address(service), None
            view, _ = read(address, self.parts(service), self.view)
        else:
            view, refused = read(st.query_params, self.parts(service), self.view)
            if refused is None and not st.session_state["arrived"]:
                # Said again: after a click on the link to the page itself the browser's address lags behind.
                # Not on arrival, when the browser may still be at the address of the page that was left.
                st.query_params.update()
        st.session_state[self.page] = view
        if chosen := getattr(view, "checkpoint", None):
            st.session_state["checkpoint"] = chosen
            if chosen not in service.names:
                remember_guest(chosen, service)
        return refused

    def publish(self, service: DecoderService) -> None:
        """Write what the visitor sees into the address, if the address does not say so in other words."""
        st.session_state["changed_here"] = False
        view, parts = self.now(), self.parts(service)
        said, _ = read(st.query_params, parts, self.view)
        if (said, companions_of(st.query_params)) != (view, companions()):
            st.query_params.from_dict(write(view, parts) | companions())

    def address(self, service: DecoderService) -> dict[str, str]:
        """Where a link to the page leads: its view in the plane of the checkpoint that is chosen now."""
        parts = self.parts(service)
        view, chosen = st.session_state[self.page], st.session_state["checkpoint"]
        if chosen and not service.has(chosen):  # a guest that has gone
            chosen = None
        if view is None:
            view, _ = read({"model": chosen} if chosen else {}, parts, self.view)
        if chosen and getattr(view, "checkpoint", chosen) != chosen:
            view = self.carried(view, chosen, service)
        return write(view, parts) | companions()


def remember_guest(name: str, service: DecoderService) -> None:
    """Offer this visitor a model of the workshop from now on, on every page that shows one."""
    guests = {**st.session_state["guests"]}
    guests.pop(name, None)
    guests[name] = title(name, service.checkpoint(name))
    st.session_state["guests"] = dict(list(guests.items())[-GUESTS:])


def companions() -> dict[str, str]:
    """What belongs into every address now: the presenter's layout, a lesson and its step, a room."""
    return dict(st.session_state["companions"])


def companions_of(address: Mapping[str, str]) -> dict[str, str]:
    """Those that an address names; the presenter's layout is `?present` or `?present=1`."""
    found = {name: address[name] for name in COMPANIONS if name in address}
    layout = {PRESENT: "1"} if found.pop(PRESENT, None) in ("", "1") else {}
    return layout | {name: text for name, text in found.items() if 0 < len(text) <= LONGEST_COMPANION}


def accompany(**changes: str | None) -> None:
    """Take companions along from now on, leave those that are None; the page writes them into its address."""
    changed = companions() | changes
    st.session_state["companions"] = {name: text for name, text in changed.items() if text is not None}
    st.session_state["accompanied"] = st.session_state["changed_here"] = True


def is_presented() -> bool:
    """Whether type is large, for a projector."""
    return PRESENT in companions()


def model(service: DecoderService) -> Part:
    """Which checkpoint or guest is shown: of those there are, the first if none was asked for."""
    return Part("checkpoint", service.names[0], known_to(service), names=("model",))


def known_to(service: DecoderService) -> Callable[[str], str | None]:
    """Reads the name of a checkpoint or guest."""
    return lambda text: text if service.has(text) else None


def one_of(options: Sequence[str]) -> Callable[[str], str | None]:
    return lambda text: text if text in options else None


def number(low: float, high: float) -> Callable[[str], float | None]:
    """Reads a number within bounds, rounded as it is kept; NaN is none."""
    return lambda text: rounded(text, low, high)


def whole(low: int, high: int) -> Callable[[str], int | None]:
    def parse(text: str) -> int | None:
        value = rounded(text, low, high)
        return int(value) if value is not None and value.is_integer() else None

    return parse


def flag(text: str) -> bool | None:
    return {"1": True, "0": False}.get(text)


def written_flag(value: bool) -> str:
    return "1" if value else "0"


def coordinate(text: object) -> float | None:
    """A coordinate as it is kept and written, if the decode channel accepts it."""
    return rounded(text, *COORDINATES)


def rounded(value: object, low: float, high: float) -> float | None:
    """The number as it is kept and written; None if it is none from `low` to `high`."""
    try:
        found = kept(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and low <= found <= high else None


def rounded_point(z1: object, z2: object) -> Point | None:
    """The point as it is kept and written, or None if these are not two numbers that the channel accepts."""
    found = coordinate(z1), coordinate(z2)
    return None if None in found else found  # type: ignore[return-value]


def refusal(refused: Sequence[str]) -> str | None:
    """One sentence on the parts of an address that could not be used, None if all could."""
    if not refused:
        return None
    return f"The address asks for {', '.join(refused)}, which cannot be shown: choose on the page instead."


def ignorance(unknown: Sequence[str]) -> str | None:
    """One sentence on the parts of an address that a page does not know, None if there are none."""
    if not unknown:
        return None
    parts = "a part" if len(unknown) == 1 else "parts"
    return f"The address has {parts} this page does not know: {', '.join(unknown)}."


def quoted(name: str, value: str) -> str:
    """A part of the address for `refusal`, cut to a length that a sentence bears."""
    return f"{name} = {cut(value) or 'nothing'}"


def cut(text: str) -> str:
    text = " ".join(text.split())
    return text[:SHOWN] + ("…" if len(text) > SHOWN else "")
