"""What every training run shares: one-cycle AdamW in stages, averaged weights, stopping and resuming."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from vae.config import TrainingConfig
from vae.data import Digits
from vae.device import bfloat16_pays

GRADIENT_NORM = 100.0  # clips the rare step that would throw a run off its course

Losses = dict[str, float]


class ProgressError(RuntimeError):
    """A run cannot be resumed; the message is one sentence that says why."""


@dataclass(frozen=True)
class EpochReport:
    """Means over one epoch of training images: training figures, never test figures."""

    stage: str
    epoch: int  # 1 is the first of the whole run
    epochs: int  # of the whole run
    losses: Losses  # in nats per image where the name is that of a loss
    seconds: float


class Fit(ABC):
    """One training run. Its randomness depends on the seed and the epoch alone: resuming changes nothing.

    A plan names the stage of every epoch. A stage has its own optimiser and its own one-cycle learning rate.
    """

    def __init__(
        self, model: nn.Module, plan: list[str], config: TrainingConfig, digits: Digits, device: torch.device
    ) -> None:
        self.network = model.to(device)
        self.plan = plan
        self.config = config
        self.device = device
        self.images = torch.from_numpy(digits.images).to(device)
        self.average: dict[str, Tensor] | None = None
        self.done = 0  # epochs of the whole run
        self.seconds = 0.0
        self._begin(plan[0])

    # -- what a kind of run says of itself ------------------------------------------------------------------

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """All that must be equal for a run to be resumed."""

    @abstractmethod
    def gradient(self, stage: str, rows: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        """Back-propagate the loss of the images in `rows` (indices); scalar losses for the report."""

    def trained(self, stage: str) -> nn.Module:
        """The part of the network that this stage trains."""
        return self.network

    def batch_size(self, stage: str) -> int:
        return min(self.config.batch_size, len(self.images))

    # -- running -------------------------------------------------------------------------------------------

    def epochs(self) -> Iterator[EpochReport]:
        """Train the epochs that are left and report each; `progress()` is valid between them."""
        while self.done < len(self.plan):
            start = time.perf_counter()
            stage = self.plan[self.done]
            if self.done and self.plan[self.done - 1] != stage:
                self._begin(stage)
            self.network.train()
            generator = torch.Generator(self.device).manual_seed(self.config.seed * 1_000_003 + self.done)
            losses = self._epoch(stage, generator)
            self.done += 1
            elapsed = time.perf_counter() - start
            self.seconds += elapsed
            yield EpochReport(stage, self.done, len(self.plan), losses, elapsed)

    def weights(self) -> dict[str, Tensor]:
        """The weights to keep: their moving average where one is kept, else the last ones."""
        return {**self.network.state_dict(), **(self.average or {})}

    def mixed_precision(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16_pays(self.device))

    def _begin(self, stage: str) -> None:
        if self.average is not None:  # a later stage starts from the averaged weights of the one before
            self.network.load_state_dict(self.weights())
            self.average = None
        self.network.requires_grad_(False)
        parameters = list(self.trained(stage).requires_grad_(True).parameters())
        rate = self.config.learning_rate
        self.optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=self.config.weight_decay)
        steps = self.plan.count(stage) * self.steps(stage)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, rate, total_steps=steps + 1)

    def steps(self, stage: str) -> int:
        return len(self.images) // self.batch_size(stage)

    def _epoch(self, stage: str, generator: torch.Generator) -> Losses:
        size, steps = self.batch_size(stage), self.steps(stage)
        order = torch.randperm(len(self.images), generator=generator, device=self.device)
        totals: dict[str, Tensor] = {}
        for step in range(steps):
            self.optimiser.zero_grad(set_to_none=True)
            losses = self.gradient(stage, order[step * size : (step + 1) * size], generator)
            nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_NORM)
            self.optimiser.step()
            self.schedule.step()
            if self.config.averaging:
                self._update_average()
            for name, value in losses.items():
                totals[name] = totals.get(name, torch.zeros_like(value)) + value.detach() / steps
        return {name: float(value) for name, value in totals.items()}

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

    def progress(self) -> dict[str, Any]:
        """All that `restore` needs to go on after the last finished epoch."""
        return {
            "settings": self.settings(),
            "training_config": asdict(self.config),
            "done": self.done,
            "seconds": self.seconds,
            "model": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def restore(self, progress: Mapping[str, Any]) -> None:
        """Go on from `progress()` of a run with the same settings. Raises ProgressError for others."""
        ours = (self.settings(), asdict(self.config))
        if (progress["settings"], progress["training_config"]) != ours:
            raise ProgressError(
                "The interrupted run had other settings: repeat its command, or start without --resume."
            )
        self.done = progress["done"]
        self.seconds = progress["seconds"]
        self._begin(self.plan[self.done - 1])
        self.network.load_state_dict(progress["model"])
        self.average = progress["average"]
        self.optimiser.load_state_dict(progress["optimiser"])
        self.schedule.load_state_dict(progress["schedule"])
