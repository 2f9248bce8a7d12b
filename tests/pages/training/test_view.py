"""The training page's address, and the job that its settings make."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame import service
from pages.components.frame.views import read, write
from pages.components.training import words
from pages.components.training.cost import MOST_MINUTES, minutes
from pages.components.training.data import kinds
from pages.components.training.view import (
    EPOCHS,
    KEEPER,
    MOST_IMAGES,
    SETTINGS,
    TrainingView,
    changes,
    job_of,
)
from vae.datasets.shelf import offered
from vae.history.job import OWN
from vae.history.recipes import RECIPES
from vae.plane.limits import kept
from vae.workshop.names import SHIPPED

PARTS = KEEPER.parts(service.decoder_service())


def of(address: dict[str, str]) -> TrainingView:
    view, refused = read(address, PARTS, TrainingView)
    assert refused is None
    return view


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(kept).filter(lambda value: low <= value <= high)


VALUES: dict[str, st.SearchStrategy[object]] = {
    "run": st.just(SHIPPED) | st.from_regex("[a-z0-9]{10}", fullmatch=True),
    "epoch": st.none() | numbers(0, 30),
    "pin": st.tuples(numbers(-1000, 1000), numbers(-1000, 1000)),
    "said": st.sampled_from(["", "first", "zero"]),
    "recipe": st.sampled_from(sorted(RECIPES)),
    "dataset": st.sampled_from([*(offer.name for offer in offered()), "own-0123456789ab"]),
    "images": st.integers(100, MOST_IMAGES),
    "variational": st.booleans(),
    "convolutional": st.booleans(),
    "hidden": st.integers(8, 512),
    "depth": st.integers(0, 4),
    "batch_norm": st.booleans(),
    "likelihood": st.sampled_from(["bernoulli", "mse"]),
    "beta": numbers(0, 32),
    "beta_schedule": st.sampled_from(["constant", "linear", "cosine", "cyclical"]),
    "annealing_epochs": st.integers(0, EPOCHS),
    "epochs": st.integers(1, EPOCHS),
    "batch_size": st.integers(16, 1024),
    "learning_rate": numbers(0.0001, 0.1),
    "seed": st.integers(0, 9999),
}


@given(st.fixed_dictionaries(VALUES))
def test_an_address_holds_the_whole_view_and_its_job_can_be_trained(values: dict[str, object]) -> None:
    view = TrainingView(**values)  # type: ignore[arg-type]
    assert of(write(view, PARTS)) == view
    job = job_of(view)
    assert (job.recipe == OWN) == view.is_changed
    assert (job.dataset, job.images, job.training.beta) == (view.dataset, view.images, view.beta)
    assert job.model.decoder_blocks == view.depth


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_alone_is_its_own_job_and_ends_in_time(name: str) -> None:
    view = of({"recipe": name})
    assert changes(view) == []
    assert job_of(view) == RECIPES[name]
    assert minutes(RECIPES[name]) <= MOST_MINUTES
    assert words.recipe(name).seen
    for field, (_, low, high) in words.NUMBERS.items():
        assert low <= getattr(view, field) <= high


def test_every_setting_has_a_widget_with_its_bounds() -> None:
    assert {*words.NUMBERS, *words.CHOICES} == set(SETTINGS)
    for field, (_, low, high) in words.NUMBERS.items():
        parse = SETTINGS[field].parse
        assert parse(str(low)) == low
        assert parse(str(high)) == high
        assert parse(str(high + 1)) is None
    named = {field: set(names) for field, (_, names) in words.CHOICES.items()} | {"dataset": set(kinds())}
    for field, names in named.items():
        setting = SETTINGS[field]
        assert {setting.parse(setting.write(value)) for value in names} == names


def test_the_address_names_what_differs_from_the_recipe() -> None:
    view = of({"recipe": "vae", "beta": "4"})
    assert write(view, PARTS) == {"beta": "4.0"}
    assert changes(view) == ["beta"]
    assert job_of(view).recipe == OWN


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run", "../secrets"),
        ("run", "A" * 10),
        ("epoch", "-1"),
        ("epoch", "nan"),
        ("epochs", "31"),
        ("hidden", "100000"),
        ("dataset", "own-../../etc"),
        ("beta", "inf"),
        ("recipe", "gan"),
        ("learning_rate", "0"),
    ],
)
def test_what_cannot_be_shown_is_named_and_left_out(name: str, text: str) -> None:
    view, refused = read({name: text}, PARTS, TrainingView)
    assert view == of({})
    assert refused is not None
    assert f"{name} = " in refused


def test_more_work_takes_longer() -> None:
    usual = RECIPES["vae"]
    for larger in (
        replace(usual, images=2 * usual.images),
        replace(usual, training=replace(usual.training, epochs=30)),
        replace(usual, model=replace(usual.model, hidden=512)),
        replace(usual, model=replace(usual.model, convolutional=True)),
        replace(usual, training=replace(usual.training, batch_size=16)),
    ):
        assert minutes(larger) > minutes(usual)
