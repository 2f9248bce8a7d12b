"""What the training page shows, and its address: `?recipe=collapse&beta=4&run=k3…&epoch=2`.

A setting's usual value is that of the recipe, so that the address names what was changed, and only that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, get_args

from pages.components.frame.views import (
    Keeper,
    Part,
    Point,
    coordinate,
    flag,
    number,
    one_of,
    whole,
    written_flag,
)
from vae.config import BetaSchedule, Likelihood
from vae.datasets.shelf import is_named
from vae.history.job import OWN, Job
from vae.history.recipes import RECIPES
from vae.serving.decoding import DecoderService
from vae.workshop.names import SHIPPED

NAME = re.compile(r"[a-z0-9]{1,20}")
ANSWER = re.compile(r"[a-z]{1,12}")
EPOCHS = 30  # at most, for a run
MOST_IMAGES = 60_000


class Setting(NamedTuple):
    """A setting that the page offers, by the name of its field in the view."""

    usual: Callable[[Job], Any]  # its value in a recipe
    parse: Callable[[str], Any]
    write: Callable[[Any], str] = str


def dataset(text: str) -> str | None:
    return text if is_named(text) else None


SETTINGS = {
    "dataset": Setting(lambda job: job.dataset, dataset),
    "images": Setting(lambda job: job.images, whole(100, MOST_IMAGES)),
    "variational": Setting(lambda job: job.model.variational, flag, written_flag),
    "convolutional": Setting(lambda job: job.model.convolutional, flag, written_flag),
    "hidden": Setting(lambda job: job.model.hidden, whole(8, 512)),
    "depth": Setting(lambda job: job.model.decoder_blocks, whole(0, 4)),
    "batch_norm": Setting(lambda job: job.model.batch_norm, flag, written_flag),
    "likelihood": Setting(lambda job: job.model.likelihood, one_of(get_args(Likelihood))),
    "beta": Setting(lambda job: job.training.beta, number(0.0, 32.0)),
    "beta_schedule": Setting(lambda job: job.training.beta_schedule, one_of(get_args(BetaSchedule))),
    "annealing_epochs": Setting(lambda job: job.training.annealing_epochs, whole(0, EPOCHS)),
    "epochs": Setting(lambda job: job.training.epochs, whole(1, EPOCHS)),
    "batch_size": Setting(lambda job: job.training.batch_size, whole(16, 1024)),
    "learning_rate": Setting(lambda job: job.training.learning_rate, number(0.0001, 0.1)),
    "seed": Setting(lambda job: job.training.seed, whole(0, 9999)),
}


@dataclass(frozen=True)
class TrainingView:
    """The run on show and how, what was predicted of it; the recipe and the settings of the next one."""

    run: str
    epoch: float | None  # None is the newest snapshot
    pin: Point
    said: str  # the choice that was made before the run was started, or empty
    recipe: str
    dataset: str
    images: int
    variational: bool
    convolutional: bool
    hidden: int
    depth: int
    batch_norm: bool
    likelihood: Likelihood
    beta: float
    beta_schedule: BetaSchedule
    annealing_epochs: int
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int

    @property
    def is_changed(self) -> bool:
        """Whether a setting is not the recipe's."""
        return bool(changes(self))


def changes(view: TrainingView) -> list[str]:
    """The settings that are not as in the recipe."""
    recipe = RECIPES[view.recipe]
    return [name for name, setting in SETTINGS.items() if getattr(view, name) != setting.usual(recipe)]


def job_of(view: TrainingView) -> Job:
    """What a run with these settings is told."""
    recipe = RECIPES[view.recipe]
    same_depth = view.depth == recipe.model.decoder_blocks
    model = replace(
        recipe.model,
        variational=view.variational,
        convolutional=view.convolutional,
        hidden=view.hidden,
        encoder_blocks=recipe.model.encoder_blocks if same_depth else view.depth,
        decoder_blocks=view.depth,
        batch_norm=view.batch_norm,
        likelihood=view.likelihood,
    )
    names = ("beta", "beta_schedule", "annealing_epochs", "epochs", "batch_size", "learning_rate", "seed")
    training = replace(recipe.training, **{name: getattr(view, name) for name in names})
    name = OWN if view.is_changed else view.recipe
    return replace(
        recipe, model=model, training=training, recipe=name, dataset=view.dataset, images=view.images
    )


def matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.fullmatch(text) else None


def parts(service: DecoderService) -> tuple[Part, ...]:
    def usual(name: str) -> Callable[[Mapping[str, Any]], Any]:
        return lambda above: SETTINGS[name].usual(RECIPES[above["recipe"]])

    return (
        Part("run", SHIPPED, matching(NAME)),
        Part("epoch", None, number(0.0, 1000.0)),
        Part("pin", (0.0, 0.0), coordinate, names=("z1", "z2")),
        Part("said", "", matching(ANSWER)),
        Part("recipe", next(iter(RECIPES)), one_of(tuple(RECIPES))),
        *(Part(name, usual(name), setting.parse, setting.write) for name, setting in SETTINGS.items()),
    )


KEEPER = Keeper("training", TrainingView, parts)
