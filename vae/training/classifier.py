"""Fitting the independent judge of decoded digits, which may also say "no digit"."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from vae.config import SIDE, TrainingConfig
from vae.data import Digits
from vae.model.classifier import KIND, NO_DIGIT, Classifier
from vae.model.network import as_grey
from vae.training import negatives, throwaways
from vae.training.augmentation import jitter
from vae.training.fitting import Fit

# Of all pictures, digits or none: what only one side has would tell them apart.
STILL = 0.3  # share that is not jittered, which also softens a picture
SOFT = 0.2  # share that is blurred a little: what a decoder draws is softer than handwriting
SOFTEST = 1.2  # pixels, the largest deviation of that blur
# Of a batch of digits:
REDRAWN = 0.25  # share that throwaway models drew instead
# As many again:
MADE = 0.4  # that are no digits, made from digits and from nothing
STRANGE = 0.2  # that are no digits, drawn by throwaway models where they have no codes


class ClassifierFit(Fit):
    """Cross-entropy on jittered grey images and on pictures that are no digits, an eleventh class.

    Outlier exposure (Hendrycks et al. 2019, arXiv 1812.04606), the outliers having a class of their own
    instead of an even distribution over the digits: then "no digit" is not mistaken for "a 4 or a 9".
    """

    def __init__(self, config: TrainingConfig, digits: Digits, device: torch.device) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            model = Classifier()
        self.digits = digits
        self.labels = torch.from_numpy(digits.labels).long().to(device)
        super().__init__(model, config, digits, device)

    @cached_property
    def drawn(self) -> throwaways.Drawn:
        """Made at the first step, because it takes minutes; resuming makes the same again."""
        return throwaways.drawn(self.digits, self.config.seed, self.device)

    def settings(self) -> dict[str, Any]:
        return {"kind": KIND}

    def gradient(self, rows: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        images, labels = self.batch(rows, generator)
        with self.mixed_precision():
            logits = self.network(images).float()
        loss = cross_entropy(logits, labels)
        loss.backward()
        right = (logits.argmax(dim=1) == labels).float()
        digit = labels != NO_DIGIT
        return {"cross-entropy": loss, "accuracy": right[digit].mean(), "refused": right[~digit].mean()}

    def batch(self, rows: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Pictures (n, 784) in [0, 1] and classes (n,): digits, most of them those in `rows`, and others."""
        count, drawn = len(rows), self.drawn
        redrawn = self._balanced(int(REDRAWN * count), generator)
        rows = rows[len(redrawn) :]
        strange = torch.randint(
            max(1, len(drawn.strangers)),
            (int(STRANGE * count) if len(drawn.strangers) else 0,),
            generator=generator,
            device=self.device,
        )
        source = negatives.Digits(self.images, self.labels)
        made = as_grey(negatives.negatives(source, int(MADE * count), generator))
        still = torch.cat([self.images[rows], drawn.digits[redrawn], drawn.strangers[strange], made])
        left = torch.rand(len(still), 1, generator=generator, device=self.device) < STILL
        images = torch.where(left, still, jitter(still, generator)).float() / 255
        order = torch.randperm(len(still), generator=generator, device=self.device)
        soft = order[: math.ceil(SOFT * len(still))]
        deviations = negatives.uniform(0.3, SOFTEST, (len(soft),), images, generator)
        images[soft] = negatives.blurred(images[soft].view(-1, 1, SIDE, SIDE), deviations).flatten(1)
        refused = torch.full((len(strange) + len(made),), NO_DIGIT, device=self.device)
        return images, torch.cat([self.labels[rows], drawn.labels[redrawn], refused])

    def _balanced(self, count: int, generator: torch.Generator) -> Tensor:
        """Indices (count,) of redrawn digits, each label as often as the others; none if there are none."""
        labels = self.drawn.labels
        if not len(labels):
            return labels
        weights = 1 / labels.bincount(minlength=10)[labels].float()
        return torch.multinomial(weights, count, replacement=True, generator=generator)
