"""Fitting a VAE or a plain autoencoder in up to three stages (see `vae.config.TrainingConfig`)."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits, binarise
from vae.model.inversion import log_likelihoods
from vae.model.network import VAE, reparameterise
from vae.model.objective import beta_at, kl_divergence, negative_elbo, reconstruction
from vae.plane.lattices import fibonacci_lattice
from vae.training.augmentation import jitter
from vae.training.fitting import Fit

LATTICE_BATCH = 1000  # images that share one decoded lattice: the product is then cheaper than the decoding


def seeded_vae(config: ModelConfig, seed: int) -> VAE:
    """A freshly initialised network; the global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return VAE(config)


class VAEFit(Fit):
    """Stages "elbo", "lattice" and "encoder"; every batch is binarised afresh."""

    def __init__(
        self, model_config: ModelConfig, config: TrainingConfig, digits: Digits, device: torch.device
    ) -> None:
        stages = {
            "elbo": config.epochs,
            "lattice": config.lattice_epochs,
            "encoder": config.encoder_epochs,
        }
        plan = [stage for stage, epochs in stages.items() for _ in range(epochs)]
        self.model = seeded_vae(model_config, config.seed)
        super().__init__(self.model, plan, config, digits, device)

    def settings(self) -> dict[str, Any]:
        return asdict(self.model.config)

    def trained(self, stage: str) -> nn.Module:
        if stage == "encoder":
            return self.model.encoder
        alone = stage == "lattice" and self.config.elbo_share == 0
        return self.model.decoder if alone else self.model

    def batch_size(self, stage: str) -> int:
        return min(LATTICE_BATCH, len(self.images)) if stage == "lattice" else super().batch_size(stage)

    def gradient(self, stage: str, rows: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        grey = self.images[rows]
        if stage == "encoder" and self.config.augment:
            grey = jitter(grey, generator)
        images = binarise(grey, generator)
        if stage == "lattice":
            losses = self._lattice_gradient(images, generator)
            if self.config.elbo_share:
                losses |= self._elbo_gradient(images, self.config.beta, generator, self.config.elbo_share)
            return losses
        return self._elbo_gradient(images, self._beta(stage), generator)

    def _beta(self, stage: str) -> float:
        config = self.config
        if stage != "elbo":  # annealing belongs to the beginning of training
            return config.beta
        epoch = self.schedule.last_epoch / self.steps(stage)
        return beta_at(config.beta_schedule, config.beta, epoch, config.annealing_epochs)

    def _elbo_gradient(
        self, images: Tensor, beta: float, generator: torch.Generator, weight: float = 1.0
    ) -> dict[str, Tensor]:
        """Back-propagate `weight` times the negative ELBO."""
        with self.mixed_precision():
            posterior = self.model.encode(images)
            logits = self.model.decode(reparameterise(posterior, generator))
        rec = reconstruction(self.model.config.likelihood, logits, images)
        if not self.model.config.variational:
            rec.mean().backward()
            return {"loss": rec.mean(), "reconstruction": rec.mean()}
        kl = kl_divergence(*posterior)
        loss = negative_elbo(rec, kl, beta)
        (weight * loss).backward()
        return {"loss": loss, "reconstruction": rec.mean(), "KL": kl.mean(), "beta": torch.tensor(beta)}

    def _lattice_gradient(self, images: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        """Back-propagate -log p(x), the log-mean of p(x | z) over a randomly shifted lattice of the prior.

        By Fisher's identity the gradient is that of log p(x, z) averaged over the lattice's posterior, so the
        large product need not be differentiated: its values are in single precision (a rounding error
        of one nat would blur the posterior), the gradient in mixed precision.
        """
        shift = torch.rand(2, generator=generator, device=self.device).tolist()
        z = torch.from_numpy(fibonacci_lattice(self.config.lattice_size, (shift[0], shift[1])))
        with self.mixed_precision():
            logits = self.model.decode(z.to(self.device))  # (k, 784)
        with torch.no_grad():
            joint = log_likelihoods(logits, images)  # (n, k)
            loss = math.log(len(z)) - joint.logsumexp(dim=1).mean()
            posterior = joint.softmax(dim=1).T / len(images)
            with self.mixed_precision():
                ink = (posterior @ images).float()
            gradient = torch.sigmoid(logits) * posterior.sum(dim=1, keepdim=True) - ink
        logits.backward(gradient)
        return {"-log p(x)": loss}
