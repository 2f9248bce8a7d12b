"""The recipe and the settings of the next run, and the button that starts it."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import streamlit as st

from pages.components.frame.choices import choose_one
from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.numbers import number_field
from pages.components.frame.service import workshop
from pages.components.training import words
from pages.components.training.cost import MOST_MINUTES, minutes
from pages.components.training.data import kinds
from pages.components.training.view import KEEPER, SETTINGS, TrainingView, changes, job_of
from vae.datasets.shelf import offered
from vae.history.recipes import RECIPES
from vae.workshop.workshop import Refused

ROWS = (
    ("dataset", "images", "epochs"),
    ("variational", "likelihood", "beta"),
    ("beta_schedule", "annealing_epochs", "batch_norm"),
    ("convolutional", "hidden", "depth"),
    ("learning_rate", "batch_size", "seed"),
)
WHOLE = {"images", "epochs", "batch_size", "annealing_epochs", "hidden", "depth", "seed"}


def keep_recipe() -> None:
    """Take a recipe, with all of its own settings."""
    name = mirrored("training_recipe")
    reset(name)


def reset(name: str) -> None:
    usual = {field: setting.usual(RECIPES[name]) for field, setting in SETTINGS.items()}
    KEEPER.keep(recipe=name, **usual)


def keep_number(field: str, value: float) -> None:
    KEEPER.keep(**{field: int(value) if field in WHOLE else value})


def show_recipes() -> None:
    choose_one(
        KEEPER,
        "recipe",
        {name: words.recipe(name).title for name in RECIPES},
        label="Recipe",
        on_change=keep_recipe,
    )


def show_settings(view: TrainingView) -> None:
    """Every setting of the next run, behind one button."""
    count = len(changes(view))
    with st.popover(f"Settings ({count} changed)" if count else "Settings", width="content"):
        st.caption(words.changed(count))
        for row in ROWS:
            for column, field in zip(st.columns(len(row)), row, strict=True):
                with column:
                    show_setting(view, field)
        st.button(
            "Back to the recipe’s settings",
            key="training_reset",
            on_click=reset,
            args=(view.recipe,),
            disabled=not count,
        )


def show_setting(view: TrainingView, field: str) -> None:
    """The widget of one setting; its value is the view's."""
    value = getattr(view, field)
    if field in words.NUMBERS:
        label, low, high = words.NUMBERS[field]
        number_field(label, value, (low, high), f"training_{field}", partial(keep_number, field))
        return
    label, names = words.CHOICES[field]
    if field == "dataset":
        names = {name: kind["title"] for name, kind in kinds(value).items()}
    st.selectbox(
        label,
        list(names),
        format_func=lambda option: names[option],
        key=mirror(f"training_{field}", value),
        on_change=KEEPER.keep_widget,
        args=(field,),
    )


def obstacle(view: TrainingView) -> str | None:
    """Why these settings cannot be trained, in one sentence; None if they can."""
    for offer in offered():
        if offer.name == view.dataset and not offer.is_there:
            return words.not_there(offer.title, offer.command)
    needed = minutes(job_of(view))
    return words.too_long(needed) if needed > MOST_MINUTES else None


def show_train(view: TrainingView) -> None:
    why_not = obstacle(view)
    st.button(
        "Train",
        key="training_start",
        type="primary",
        on_click=start,
        disabled=why_not is not None,
        help=why_not,
    )


def visitor() -> str:
    """By which address the workshop knows who starts a run; none without a browser."""
    address = st.context.ip_address
    return address if isinstance(address, str) else ""


def start() -> None:
    """Queue a run with the settings on show, and show it."""
    view = KEEPER.now()
    try:
        started = workshop().start(replace(job_of(view), created=time.time()), visitor())
    except Refused as refused:
        st.session_state["training_refused"] = str(refused)
        return
    st.session_state["training_keys"][started.run] = started.key
    said = st.session_state.get(f"training_ask_{view.recipe}") if not view.is_changed else None
    KEEPER.keep(run=started.run, epoch=None, said=said or "")
