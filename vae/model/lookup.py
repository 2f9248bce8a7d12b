"""An encoder that looks an image up in the decoder's own plane, then says where between the places it lies.

Its first layer holds one template for each of some places of the plane. For most of the training these
are the decoder's own logits there, so that the layer's output is log p(x | z) at every place up to a
constant: Bayes' rule on a lattice. The places have equal mass under the prior, so a softmax over them is
the posterior. A small network corrects it. In the end the templates are weights like all others and
everything is trained by the ELBO: an encoder of one pass that does not know the decoder.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from vae.config import LATENT_DIM, PIXELS, ModelConfig
from vae.model.layers import LOG_VARIANCE_RANGE, ResidualStack
from vae.plane.lattices import fibonacci_lattice

AROUND = 37  # places compared in detail: the best one with three rings of a hexagonal lattice around it
WIDTH = 256  # of the small network
NATS = 10.0  # unit in which the small network is told how much worse a place is than the best
WORST = 100.0  # nats; where a place is worse by more it no longer matters by how much
# The posterior is narrower than the spacing of the places; tempered by about this, it reaches the neighbours,
# and its mean lies between them.
TEMPERATURE = 8.0
NARROWEST = 0.05  # of the spacing: the least deviation a softmax that sees one place alone is taken for


class LookupEncoder(nn.Module):
    """q(z | x) by looking up: mean and log-variance, each (n, 2), of images (n, 784) in [0, 1]."""

    places: Tensor  # (k, 2)
    around: Tensor  # (k, AROUND): indices of the places nearest to each, itself included
    spacing: Tensor  # (k, 1): side of the square that belongs to a place

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        places = torch.from_numpy(fibonacci_lattice(config.places, (0.5, 0.5)))
        distance, around = torch.cdist(places, places).topk(AROUND, dim=1, largest=False)
        self.register_buffer("places", places, persistent=False)
        self.register_buffer("around", around, persistent=False)
        self.register_buffer("spacing", distance[:, -1:] * math.sqrt(math.pi / AROUND), persistent=False)
        self.templates = nn.Linear(PIXELS, config.places)
        self.correction = ResidualStack(
            PIXELS + LATENT_DIM + AROUND,
            LATENT_DIM + 1 + LATENT_DIM,  # offset, log-temperature, log-variance
            width=WIDTH,
            blocks=1,
            batch_norm=config.batch_norm,
        )
        nn.init.zeros_(self.correction.last.weight)
        nn.init.zeros_(self.correction.last.bias)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        matches: Tensor = self.templates(images).float()  # (n, k): log p(x | z) up to a constant
        best = matches.argmax(dim=1)
        near = self.around[best]  # (n, AROUND)
        below = matches.gather(1, near)
        below = (below - below.amax(dim=1, keepdim=True)).clamp(min=-WORST)
        offset, log_temperature, log_variance = self._corrections(images, self.places[best], below)
        temperature = TEMPERATURE * log_temperature.exp()
        weights = (below / temperature).softmax(dim=1)[:, :, None]
        points, spacing = self.places[near], self.spacing[best]
        mean = (weights * points).sum(dim=1)
        variance = (weights * (points - mean[:, None]).square()).sum(dim=1)
        variance = variance / temperature + (NARROWEST * spacing).square()
        log_variance = (variance.log() + log_variance).clamp(*LOG_VARIANCE_RANGE)
        return mean + spacing * offset, log_variance

    def unaided(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance by the small network alone, for a decoder that draws nothing yet."""
        place, below = images.new_zeros(len(images), LATENT_DIM), images.new_zeros(len(images), AROUND)
        mean, _, log_variance = self._corrections(images, place, below)
        return mean, log_variance.clamp(*LOG_VARIANCE_RANGE)

    @torch.no_grad()
    def follow(self, logits: Tensor) -> None:
        """Take the decoder's logits (k, 784) at `places` as templates."""
        self.templates.weight.copy_(logits)
        bias = -softplus(logits).sum(dim=1)
        self.templates.bias.copy_(bias - bias.mean())  # smaller numbers lose less in half precision

    def _corrections(self, images: Tensor, place: Tensor, below: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        output = self.correction(torch.cat([images, place, below / NATS], dim=1)).float()
        offset, log_temperature, log_variance = output.split((LATENT_DIM, 1, LATENT_DIM), dim=1)
        return offset, log_temperature.clamp(-3.0, 3.0), log_variance
