"""Fitting a model: a generator of reports, one per epoch, that can be stopped and taken up again."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits
from vae.device import bfloat16_pays
from vae.evidence import binarise, log_likelihoods
from vae.latent import fibonacci_lattice
from vae.model import VAE, reparameterise
from vae.objective import beta_at, kl_divergence, negative_elbo, reconstruction

Stage = Literal["elbo", "lattice", "encoder"]
LATTICE_BATCH = 1000  # images that share one decoded lattice: the product is then cheaper than the decoding
GRADIENT_NORM = 100.0  # clips the rare step whose lattice misses an image altogether


class ProgressError(RuntimeError):
    """A run cannot be resumed; the message is one sentence that says why."""


@dataclass(frozen=True)
class EpochReport:
    """Means over one epoch of training images, in nats per image (training figures, never test figures)."""

    stage: Stage
    epoch: int  # 1 is the first of the whole run
    epochs: int  # of the whole run
    loss: float  # negative ELBO (with beta), or negative log-likelihood on the lattice
    reconstruction: float  # nan in the lattice stage
    kl: float  # nan in the lattice stage and for a plain autoencoder
    beta: float
    seconds: float


class Fit:
    """One training run. Randomness depends on the seed and the epoch alone, so that resuming changes nothing."""

    def __init__(
        self, model_config: ModelConfig, config: TrainingConfig, digits: Digits, device: torch.device
    ) -> None:
        self.config = config
        self.device = device
        self.images = torch.from_numpy(digits.images).to(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.model = VAE(model_config).to(device)
        self.average: dict[str, Tensor] | None = None
        self.done = 0  # epochs of the whole run
        self.seconds = 0.0
        stages: dict[Stage, int] = {
            "elbo": config.epochs,
            "lattice": config.lattice_epochs,
            "encoder": config.encoder_epochs,
        }
        self.plan = [stage for stage, epochs in stages.items() for _ in range(epochs)]
        self._begin(self.plan[0])

    # -- running -----------------------------------------------------------------------------------------

    def epochs(self) -> Iterator[EpochReport]:
        """Train the epochs that are left and report each; `progress()` is valid between them."""
        while self.done < len(self.plan):
            start = time.perf_counter()
            stage = self.plan[self.done]
            if self.done and self.plan[self.done - 1] != stage:
                self._begin(stage)
            self.model.train()
            generator = torch.Generator(self.device).manual_seed(self.config.seed * 1_000_003 + self.done)
            loss, rec, kl, beta = self._epoch(stage, generator)
            self.done += 1
            elapsed = time.perf_counter() - start
            self.seconds += elapsed
            yield EpochReport(stage, self.done, len(self.plan), loss, rec, kl, beta, elapsed)

    def weights(self) -> dict[str, Tensor]:
        """The weights to keep: their moving average where one is kept, else the last ones."""
        state = self.model.state_dict()
        return {**state, **(self.average or {})}

    def _begin(self, stage: Stage) -> None:
        if self.average is not None:  # a later stage starts from the averaged weights of the one before
            self.model.load_state_dict(self.weights())
            self.average = None
        parts = {"elbo": self.model, "lattice": self.model.decoder, "encoder": self.model.encoder}
        self.model.requires_grad_(False)
        parameters = list(parts[stage].requires_grad_(True).parameters())
        rate = self.config.learning_rate
        self.optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=self.config.weight_decay)
        steps = self.plan.count(stage) * self._steps(stage)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, rate, total_steps=steps + 1)

    def _batch_size(self, stage: Stage) -> int:
        return min(LATTICE_BATCH if stage == "lattice" else self.config.batch_size, len(self.images))

    def _steps(self, stage: Stage) -> int:
        return len(self.images) // self._batch_size(stage)

    def _epoch(self, stage: Stage, generator: torch.Generator) -> tuple[float, float, float, float]:
        size, steps = self._batch_size(stage), self._steps(stage)
        order = torch.randperm(len(self.images), generator=generator, device=self.device)
        totals = torch.zeros(3, device=self.device)
        beta = self.config.beta
        for step in range(steps):
            batch = self.images[order[step * size : (step + 1) * size]]
            beta = beta_at(
                self.config.beta_schedule,
                self.config.beta,
                self.done + step / steps,
                self.config.annealing_epochs,
            )
            images = binarise(batch, generator)
            self.optimiser.zero_grad(set_to_none=True)
            if stage == "lattice":
                terms = self._lattice_gradient(images, generator)
            else:
                terms = self._elbo_gradient(images, beta, generator)
            self._step()
            totals += torch.stack(terms)
        loss, rec, kl = (totals / steps).tolist()
        return loss, rec, kl, beta

    def _mixed_precision(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16_pays(self.device))

    def _elbo_gradient(self, images: Tensor, beta: float, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Back-propagate the negative ELBO; loss, reconstruction and KL divergence of the batch."""
        with self._mixed_precision():
            posterior = self.model.encode(images)
            logits = self.model.decode(reparameterise(posterior, generator))
        rec = reconstruction(self.model.config.likelihood, logits, images)
        kl = kl_divergence(*posterior)
        loss = negative_elbo(rec, kl, beta if self.model.config.variational else 0.0)
        loss.backward()
        return loss.detach(), rec.mean().detach(), kl.mean().detach()

    def _lattice_gradient(self, images: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Back-propagate -log p(x), the log-mean of p(x | z) over a randomly shifted lattice of the prior.

        By Fisher's identity the gradient is that of log p(x, z) averaged over the lattice's posterior, so the
        large product need not be differentiated: its values are in single precision (a rounding error
        of one nat would blur the posterior), the gradient in mixed precision.
        """
        shift = torch.rand(2, generator=generator, device=self.device).tolist()
        z = torch.from_numpy(fibonacci_lattice(self.config.lattice_size, (shift[0], shift[1])))
        with self._mixed_precision():
            logits = self.model.decode(z.to(self.device))  # (k, 784)
        with torch.no_grad():
            joint = log_likelihoods(logits, images)  # (n, k)
            loss = math.log(len(z)) - joint.logsumexp(dim=1).mean()
            posterior = joint.softmax(dim=1).T / len(images)
            with self._mixed_precision():
                ink = (posterior @ images).float()
            gradient = torch.sigmoid(logits) * posterior.sum(dim=1, keepdim=True) - ink
        logits.backward(gradient)
        nan = torch.full_like(loss, torch.nan)
        return loss, nan, nan

    def _step(self) -> None:
        nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_NORM)
        self.optimiser.step()
        self.schedule.step()
        if self.config.averaging:
            self._average()

    @torch.no_grad()
    def _average(self) -> None:
        state = {name: value for name, value in self.model.state_dict().items() if value.is_floating_point()}
        if self.average is None:
            self.average = {name: value.clone() for name, value in state.items()}
            return
        keep = list(self.average)
        torch._foreach_lerp_(
            [self.average[name] for name in keep], [state[name] for name in keep], 1 - self.config.averaging
        )

    # -- stopping and resuming ---------------------------------------------------------------------------

    def progress(self) -> dict[str, Any]:
        """All that `restore` needs to go on after the last finished epoch."""
        return {
            "model_config": asdict(self.model.config),
            "training_config": asdict(self.config),
            "done": self.done,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def restore(self, progress: Mapping[str, Any]) -> None:
        """Go on from `progress()` of a run with the same settings. Raises ProgressError for other settings."""
        settings = (asdict(self.model.config), asdict(self.config))
        if (progress["model_config"], progress["training_config"]) != settings:
            raise ProgressError(
                "The interrupted run had other settings: repeat its command, or start without --resume."
            )
        self.done = progress["done"]
        self.seconds = progress["seconds"]
        self._begin(self.plan[self.done - 1])
        self.model.load_state_dict(progress["model"])
        self.average = progress["average"]
        self.optimiser.load_state_dict(progress["optimiser"])
        self.schedule.load_state_dict(progress["schedule"])
