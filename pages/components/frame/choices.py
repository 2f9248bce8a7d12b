"""Choices that pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.views import Keeper
from pages.components.frame.words import title
from vae.model import ladder
from vae.serving.decoding import DecoderService


def keep_checkpoint(widget: str) -> None:
    """Keep which checkpoint was chosen, for every page that shows one."""
    st.session_state["checkpoint"] = mirrored(widget)
    st.session_state["changed_here"] = True


def choose_checkpoint(service: DecoderService, page: str) -> None:
    """One click where the choices are few, a list where they are many; `page` prefixes the widget's key."""
    widget = f"{page}_checkpoint"
    current = st.session_state["checkpoint"]
    names = called([*offered(service.names, current), *guests(service)], service)
    choose: Callable[..., str] = st.segmented_control if len(names) <= 3 else st.selectbox
    choose(
        "Model",
        list(names),
        key=mirror(widget, current),
        format_func=lambda name: names[name],
        on_change=keep_checkpoint,
        args=(widget,),
        label_visibility="collapsed",
        **({"required": True} if choose is st.segmented_control else {"width": 240}),
    )


def choose_one(
    keeper: Keeper[Any],
    field: str,
    names: Mapping[Any, str],
    *,
    label: str,
    is_written: bool = False,
    explained: str | None = None,
    on_change: Callable[[], None] | None = None,
    shown: Any = None,
) -> None:
    """A few choices side by side for a part of the view that `keeper` keeps, by the name of its field.

    `names` are the options and what they are called. The label is for screen readers, or written above; what
    is `explained` stands behind a question mark. `on_change` takes the place of just keeping what was chosen,
    and `shown` that of what is kept, where that is not on offer.
    """
    st.segmented_control(
        label,
        list(names),
        format_func=lambda option: names[option],
        key=mirror(f"{keeper.page}_{field}", getattr(keeper.now(), field) if shown is None else shown),
        on_change=on_change or partial(keeper.keep_widget, field),
        required=True,
        label_visibility="visible" if is_written else "collapsed",
        help=explained,
    )


def guests(service: DecoderService) -> list[str]:
    """The models of the workshop that this visitor has opened and that are still kept."""
    return [name for name in st.session_state["guests"] if service.knows(name)]


def called(names: Iterable[str], service: DecoderService) -> dict[str, str]:
    """Models by name: what they are called. Guests need not be loaded for that."""
    known = st.session_state["guests"]
    return {name: known.get(name) or title(name, service.checkpoint(name)) for name in names}


def offered(names: tuple[str, ...], current: str) -> list[str]:
    """The checkpoints to choose from; of the beta ladder, which has its own page, only the current one."""
    return [name for name in names if name == current or not ladder.beta_of(name)]
