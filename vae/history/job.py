"""What a training run is told, and how that stands in its folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vae.config import ConfigError, ModelConfig, TrainingConfig
from vae.datasets.dataset import MNIST
from vae.model.files import write_bytes

FILE = "job.json"
OWN = "own"  # the recipe of settings that a visitor has changed


@dataclass(frozen=True)
class Job:
    """The settings of one run."""

    model: ModelConfig
    training: TrainingConfig
    recipe: str = OWN  # a name in `recipes.RECIPES`, or OWN
    dataset: str = MNIST
    images: int = 60_000  # of the training set: the first so many in an order that the seed draws
    created: float = 0.0  # seconds since 1970

    def write(self, folder: Path) -> None:
        """Raises FileError."""
        write_bytes(json.dumps(asdict(self)).encode(), folder / FILE)


def job_of(told: dict[str, Any]) -> Job:
    """The job that `asdict` told. Raises ConfigError, TypeError or LookupError for what is none."""
    return Job(
        **{**told, "model": ModelConfig(**told["model"]), "training": TrainingConfig(**told["training"])}
    )


def read_job(folder: Path) -> Job:
    """The settings of the run in a folder. Raises ConfigError if they are none."""
    try:
        return job_of(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except ConfigError:
        raise
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigError(f"{folder / FILE} does not say how to train: start the training again.") from error
