"""Fitting the independent judge of decoded digits."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from vae.config import TrainingConfig
from vae.data import Digits
from vae.model.classifier import KIND, Classifier
from vae.training.augmentation import jitter
from vae.training.fitting import Fit


class ClassifierFit(Fit):
    """Cross-entropy on jittered grey images."""

    def __init__(self, config: TrainingConfig, digits: Digits, device: torch.device) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            model = Classifier()
        self.labels = torch.from_numpy(digits.labels).long().to(device)
        super().__init__(model, config, digits, device)

    def settings(self) -> dict[str, Any]:
        return {"kind": KIND}

    def gradient(self, rows: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        images = jitter(self.images[rows], generator).float() / 255
        with self.mixed_precision():
            logits = self.network(images).float()
        loss = cross_entropy(logits, self.labels[rows])
        loss.backward()
        return {"cross-entropy": loss, "accuracy": (logits.argmax(dim=1) == self.labels[rows]).float().mean()}
