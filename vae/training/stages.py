"""Fitting a VAE or a plain autoencoder: encoder and decoder together, by the ELBO."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits, binarise
from vae.model.lookup import LookupEncoder
from vae.model.network import VAE, Posterior, reparameterise
from vae.model.objective import beta_at, kl_divergence, negative_elbo, reconstruction, squared_change
from vae.training.fitting import Fit

# Of a lookup encoder's templates:
FOLLOWING = 10  # steps between two copies of the decoder's logits, each of which costs as much as a step
UNAIDED = 0.01  # share of the run before the first copy, while the decoder draws nothing to look up
TEMPLATES_RATE = 1 / 3  # of the learning rate, once they are weights of their own

# Of the smoothness penalty:
PROBED = 0.2  # share of a batch at which the steepness is taken: its mean over many batches is what counts
STEP = 0.01  # in the plane, about a posterior's deviation


def seeded_vae(config: ModelConfig, seed: int) -> VAE:
    """A freshly initialised network; the global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return VAE(config)


def probes(z: Tensor, generator: torch.Generator) -> Tensor:
    """Points (n, 2), each `STEP` from one of z (n, 2) in a random direction."""
    angle = 2 * math.pi * torch.rand(len(z), generator=generator, device=z.device)
    return z + STEP * torch.stack([angle.cos(), angle.sin()], dim=1)


class VAEFit(Fit):
    """One optimiser for encoder and decoder.

    For Bernoulli pixels every batch is binarised afresh; squared errors are those of the grey values.
    """

    def __init__(
        self, model_config: ModelConfig, config: TrainingConfig, digits: Digits, device: torch.device
    ) -> None:
        self.model = seeded_vae(model_config, config.seed)
        super().__init__(self.model, config, digits, device)

    def settings(self) -> dict[str, Any]:
        return asdict(self.model.config)

    def parameter_groups(self) -> list[dict[str, Any]]:
        encoder = self.model.encoder
        if not isinstance(encoder, LookupEncoder):
            return super().parameter_groups()
        templates = list(encoder.templates.parameters())
        named, prefix = self.model.named_parameters(), "encoder.templates."
        others = [parameter for name, parameter in named if not name.startswith(prefix)]
        rate = self.config.learning_rate
        return [{"params": others, "lr": rate}, {"params": templates, "lr": rate * TEMPLATES_RATE}]

    def gradient(self, rows: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        images = self.images.index_select(0, rows)  # 15 times as fast as by [rows]
        binary = self.model.config.likelihood == "bernoulli"
        images = binarise(images, generator) if binary else images / 255
        epoch = self.schedule.last_epoch / self.steps
        beta = beta_at(self.config.beta_schedule, self.config.beta, epoch, self.config.annealing_epochs)
        with self.mixed_precision():
            posterior = self._encode(images)
            z = reparameterise(posterior, generator)
            probed = math.ceil(PROBED * len(z)) if self.config.smoothness else 0
            places = torch.cat([z, probes(z[:probed].detach(), generator)]) if probed else z
            drawn = self.model.decode(places)
        logits = drawn[: len(z)] if probed else drawn
        rec = reconstruction(self.model.config.likelihood, logits, images)
        losses = {"loss": rec.mean(), "reconstruction": rec.mean()}
        if self.model.config.variational:
            kl = kl_divergence(*posterior)
            losses |= {"loss": negative_elbo(rec, kl, beta), "KL": kl.mean(), "beta": torch.tensor(beta)}
        aim = losses["loss"]
        if probed:
            losses["steepness"] = squared_change(logits[:probed], drawn[len(z) :]).mean() / STEP**2
            aim = aim + self.config.smoothness * losses["steepness"]
        aim.backward()
        return losses

    def _encode(self, images: Tensor) -> Posterior:
        """The encoder's posterior; a lookup encoder's templates are brought up to date first."""
        encoder = self.model.encoder
        if not isinstance(encoder, LookupEncoder):
            return self.model.encode(images)
        step, steps = self.schedule.last_epoch, self.config.epochs * self.steps
        first = math.ceil(UNAIDED * steps)
        if step < first:
            return Posterior(*encoder.unaided(images))
        tied = step < self.config.tied * steps
        encoder.templates.requires_grad_(not tied)
        if tied and (step - first) % FOLLOWING == 0:
            with torch.no_grad():
                encoder.follow(self.model.decode(encoder.places))
        return self.model.encode(images)
