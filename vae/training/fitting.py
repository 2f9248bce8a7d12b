"""What every training run shares: one-cycle AdamW, averaged weights, stopping and resuming."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from vae.config import TrainingConfig
from vae.data import Digits
from vae.device import bfloat16_pays

GRADIENT_NORM = 100.0  # clips the rare step that would throw a run off its course
HALF, FLOAT = 2, 4  # bytes of a number
LATENTS = 2**20  # bytes, more than the latents of the test set take in a file

Losses = dict[str, float]


class ProgressError(RuntimeError):
    """A run cannot be resumed; the message is one sentence that says why."""


class Diverged(RuntimeError):
    """Numbers have grown beyond all bounds; the message is one sentence that says what to do."""

    def __init__(self, epoch: float) -> None:
        super().__init__(
            f"In epoch {math.floor(epoch) + 1} the loss stopped being a number: start again with a lower "
            "learning rate."
        )


@dataclass(frozen=True)
class EpochReport:
    """Means over one epoch of training images: training figures, never test figures."""

    epoch: int  # 1 is the first
    epochs: int  # of the whole run
    losses: Losses  # in nats per image where the name is that of a loss
    seconds: float


class Fit(ABC):
    """One training run. Its randomness depends on the seed and the epoch alone: resuming changes nothing."""

    def __init__(
        self, model: nn.Module, config: TrainingConfig, digits: Digits, device: torch.device
    ) -> None:
        self.network = model.to(device)
        self.config = config
        self.device = device
        self.images = torch.from_numpy(digits.images).to(device)
        self.batch_size = min(config.batch_size, len(self.images))
        self.steps = len(self.images) // self.batch_size  # an epoch
        self.average: dict[str, Tensor] | None = None
        self.done = 0  # epochs
        self.seconds = 0.0  # of training, without what `watch` takes
        self.watch: Callable[[Mapping[str, Tensor]], None] | None = None  # hears the losses of every step
        groups = self.parameter_groups()
        self.optimiser = torch.optim.AdamW(groups, weight_decay=config.weight_decay, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser,
            [group["lr"] for group in groups],
            total_steps=config.epochs * self.steps + 1,
            pct_start=config.warm_up,
        )

    # -- what a kind of run says of itself ------------------------------------------------------------------

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """All that must be equal for a run to be resumed."""

    @abstractmethod
    def gradient(self, rows: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        """Back-propagate the loss of the images in `rows` (indices); scalar losses for the report."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """What the optimiser trains: "params" and their peak rate "lr"."""
        return [{"params": list(self.network.parameters()), "lr": self.config.learning_rate}]

    # -- running -------------------------------------------------------------------------------------------

    def epochs(self) -> Iterator[EpochReport]:
        """Train the epochs that are left and report each; `progress()` is valid between them.

        Raises Diverged at the end of an epoch with losses that are no numbers.
        """
        while self.done < self.config.epochs:
            before = self.seconds
            self.network.train()
            generator = torch.Generator(self.device).manual_seed(self.config.seed * 1_000_003 + self.done)
            losses = self._epoch(generator)
            self.done += 1
            yield EpochReport(self.done, self.config.epochs, losses, self.seconds - before)

    @property
    def epoch(self) -> float:
        """Epochs trained so far, with the share of the one that is under way."""
        return float(self.schedule.last_epoch / self.steps)

    def weights(self) -> dict[str, Tensor]:
        """The weights to keep: their moving average where one is kept, else the last ones."""
        return {**self.network.state_dict(), **(self.average or {})}

    def mixed_precision(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16_pays(self.device))

    def _epoch(self, generator: torch.Generator) -> Losses:
        start = time.perf_counter()
        size = self.batch_size
        order = torch.randperm(len(self.images), generator=generator, device=self.device)
        totals: dict[str, Tensor] = {}
        parameters = list(self.network.parameters())
        for step in range(self.steps):
            for parameter in parameters:
                parameter.grad = None
            losses = self.gradient(order[step * size : (step + 1) * size], generator)
            clip(parameters)
            self.optimiser.step()
            self.schedule.step()
            if self.config.averaging:
                self._update_average()
            for name, value in losses.items():
                totals[name] = totals.get(name, torch.zeros_like(value)) + value.detach() / self.steps
            if self.watch is not None:
                self.seconds += time.perf_counter() - start
                self.watch(losses)
                start = time.perf_counter()
        means = {name: float(value) for name, value in totals.items()}
        self.seconds += time.perf_counter() - start
        if not all(map(math.isfinite, means.values())):
            raise Diverged(self.done)
        return means

    @torch.no_grad()
    def _update_average(self) -> None:
        state = {
            name: value for name, value in self.network.state_dict().items() if value.is_floating_point()
        }
        if self.average is None:
            self.average = {name: value.clone() for name, value in state.items()}
            return
        torch._foreach_lerp_(list(self.average.values()), list(state.values()), 1 - self.config.averaging)

    # -- stopping and resuming -----------------------------------------------------------------------------

    def file_size(self) -> int:
        """About how many bytes a file with `progress()` takes: weights, their average, AdamW's moments."""
        values: int = sum(value.numel() for value in self.network.state_dict().values())
        return values * (HALF + FLOAT * (4 if self.config.averaging else 3)) + LATENTS

    def computing(self) -> dict[str, str]:
        """What computes: on another device or in another precision a run would not go on but change."""
        precision = "bfloat16" if bfloat16_pays(self.device) else "float32"
        return {"device": self.device.type, "precision": precision}

    def progress(self) -> dict[str, Any]:
        """All that `restore` needs to go on after the last finished epoch."""
        return {
            "settings": self.settings(),
            "training_config": asdict(self.config),
            "computing": self.computing(),
            "done": self.done,
            "seconds": self.seconds,
            "model": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def restore(self, progress: Mapping[str, Any]) -> None:
        """Go on from `progress()` of a run with the same settings, device type and precision.

        Raises ProgressError for others, and for what is no progress at all.
        """
        try:
            self._restore(progress)
        except ProgressError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            raise ProgressError(
                "The interrupted run's state is damaged: restore the file, or start without --resume."
            ) from error

    def _restore(self, progress: Mapping[str, Any]) -> None:
        ours = (self.settings(), asdict(self.config))
        if (progress["settings"], progress["training_config"]) != ours:
            raise ProgressError(
                "The interrupted run had other settings: repeat its command, or start without --resume."
            )
        before, now = progress.get("computing"), self.computing()
        if before != now:
            were = (
                "in an unknown way" if before is None else f"on {before['device']} in {before['precision']}"
            )
            raise ProgressError(
                f"The interrupted run computed {were}, this machine would go on with {now['device']} in "
                f"{now['precision']}: go on where it began, or start without --resume."
            )
        self._require_whole(progress)
        self.done = progress["done"]
        self.seconds = progress["seconds"]
        self.network.load_state_dict(progress["model"])
        average = progress["average"]  # read from a file, it is on the CPU; the step updates it on the device
        self.average = average and {name: value.to(self.device) for name, value in average.items()}
        self.optimiser.load_state_dict(progress["optimiser"])
        self.schedule.load_state_dict(progress["schedule"])

    def _require_whole(self, progress: Mapping[str, Any]) -> None:
        """Raises ValueError if a part is not of the form in which `progress` writes it."""
        own = self.progress()
        weights = own["model"]
        own["average"] = progress["average"] and {
            name: value for name, value in weights.items() if value.is_floating_point()
        }
        parameters = [parameter for group in self.optimiser.param_groups for parameter in group["params"]]
        own["optimiser"]["state"] = {
            # a parameter that has not been trained yet has no moments
            index: {"step": torch.zeros(()), "exp_avg": parameters[index], "exp_avg_sq": parameters[index]}
            for index in progress["optimiser"]["state"]
        }
        whole = all(alike(value, progress[name]) for name, value in own.items() if name != "computing")
        done, steps = progress["done"], progress["schedule"]["last_epoch"]
        if not whole or not 0 < done < self.config.epochs or steps != done * self.steps:
            raise ValueError("this is not the progress of a run like this one")


def clip(parameters: Sequence[nn.Parameter]) -> None:
    """Scale all gradients down together where their norm is beyond GRADIENT_NORM.

    On a CPU the norm can be looked at without waiting, and gradients that are short enough are left alone.
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm = nn.utils.get_total_norm(gradients)
    if norm.device.type != "cpu" or not norm <= GRADIENT_NORM:
        nn.utils.clip_grads_with_norm_(parameters, GRADIENT_NORM, norm)


def alike(own: object, other: object) -> bool:
    """Whether two states differ in nothing but their numbers, and those are numbers."""
    if isinstance(own, Tensor):
        return isinstance(other, Tensor) and (own.shape, own.dtype) == (other.shape, other.dtype)
    if isinstance(own, dict):
        return (
            isinstance(other, dict)
            and own.keys() == other.keys()
            and all(alike(value, other[name]) for name, value in own.items())
        )
    if isinstance(own, list | tuple):
        return type(own) is type(other) and len(own) == len(other) and all(map(alike, own, other))
    if isinstance(own, int | float) and not isinstance(own, bool):
        return isinstance(other, int | float) and not isinstance(other, bool) and math.isfinite(other)
    return type(own) is type(other) and own == other
