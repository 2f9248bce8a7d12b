"""The recipe and the settings of the next run, and the button that starts it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from pages.components.frame.choices import choose_one
from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.numbers import number_field
from pages.components.frame.service import workshop
from pages.components.training import words
from pages.components.training.cost import MOST_MINUTES, minutes
from pages.components.training.view import KEEPER, SETTINGS, TrainingView, changes, job_of
from vae.datasets.shelf import offered
from vae.history.recipes import RECIPES
from vae.workshop.workshop import Refused

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
        show_data(view)
        left, right = st.columns(2)
        with left:
            pick("variational", "Model", words.MODELS)
            pick("convolutional", "Network", words.NETWORKS)
            pick("likelihood", "Likelihood", words.LIKELIHOODS)
            pick("beta_schedule", "KL annealing", words.SCHEDULES)
            key = mirror("training_batch_norm", view.batch_norm)
            st.toggle(
                "Batch normalisation", key=key, on_change=KEEPER.keep_widget, args=("batch_norm",)
            )
        with right:
            for field in ("beta", "annealing_epochs", "learning_rate", "batch_size"):
                show_number(view, field)
        for column, field in zip(st.columns(2), ("images", "epochs"), strict=True):
            show_number(view, field, column)
        for column, field in zip(st.columns(3), ("hidden", "depth", "seed"), strict=True):
            show_number(view, field, column)
        st.button(
            "Back to the recipe’s settings",
            key="training_reset",
            on_click=reset,
            args=(view.recipe,),
            disabled=not count,
        )


def show_data(view: TrainingView) -> None:
    names = dict(words.DATA)
    if view.dataset not in names:
        names[view.dataset] = words.OWN_DATA
    pick("dataset", "Data", names)


def pick(field: str, label: str, names: Mapping[Any, str]) -> None:
    st.selectbox(
        label,
        list(names),
        format_func=lambda option: names[option],
        key=mirror(f"training_{field}", getattr(KEEPER.now(), field)),
        on_change=KEEPER.keep_widget,
        args=(field,),
    )


def show_number(view: TrainingView, field: str, place: Any = None) -> None:
    label, low, high = words.NUMBERS[field]
    number_field(
        label, getattr(view, field), (low, high), f"training_{field}", partial(keep_number, field), place
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
        "Train", key="training_start", type="primary", on_click=start, disabled=why_not is not None, help=why_not
    )


def start() -> None:
    """Queue a run with the settings on show, and show it."""
    view = KEEPER.now()
    try:
        started = workshop().start(replace(job_of(view), created=time.time()))
    except Refused as refused:
        st.session_state["training_refused"] = str(refused)
        return
    st.session_state["training_keys"][started.run] = started.key
    said = st.session_state.get(f"training_ask_{view.recipe}") if not view.is_changed else None
    KEEPER.keep(run=started.run, epoch=None, said=said or "")
