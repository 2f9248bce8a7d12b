"""Small models trained for the judge alone: it learns from what they draw, and they are thrown away.

They differ from the models that are shown in seed, width, depth, beta and length of training. What they draw
is sorted by its nearest training images, which tell outliers by their distance (Sun et al. 2022, arXiv
2204.06507) and digits by their labels: no network that could be as wrong as an earlier judge has a say.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits, to_unit
from vae.model.network import VAE, decode_all, encode_all
from vae.training.stages import VAEFit

SEED = 1000  # and on: nobody chooses these for a model to show
EPOCHS = 5
MODELS = (
    (ModelConfig(variational=False, hidden=96, decoder_blocks=1), 1.0),
    (ModelConfig(variational=False, hidden=144), 1.0),
    (ModelConfig(variational=False, hidden=128, decoder_blocks=3), 1.0),
    (ModelConfig(hidden=112, decoder_blocks=1), 1.0),
    (ModelConfig(hidden=160), 0.3),
    (ModelConfig(hidden=128), 6.0),
)
NEIGHBOURS = 10  # nearest training images that are asked for their labels
COMPARED = 20_000  # training images among which they are looked for
AGREED = 9  # of the neighbours have the label of a picture that can be read
DOUBTFUL = 6  # or fewer have the commonest label round a picture that is no digit
USUAL = 0.95  # share of reconstructions that are nearer to a training image than a picture that is no digit
REDRAWN, FEW = 4000, 1000  # digits redrawn by a model after its last epoch, after an earlier one
PLACES = 1500  # without codes, tried in a plane after every epoch
REACH = 1.4  # of the box of all codes


class Drawn(NamedTuple):
    """What throwaway models draw, ink probabilities as uint8, on the device of the fit."""

    digits: Tensor  # (n, 784): reconstructions of training digits that can be read
    labels: Tensor  # (n,): the digits' own
    strangers: Tensor  # (m, 784): from places without codes, unlike every training digit


class Neighbours(NamedTuple):
    """Of k pictures, among the training images."""

    distance: Tensor  # (k,): Euclidean, of the nearest
    votes: Tensor  # (k, 10): how many of the nearest have each label


def drawn(digits: Digits, seed: int, device: torch.device) -> Drawn:
    """Train the throwaway models on these digits, minutes on one core, and let them draw."""
    generator = torch.Generator().manual_seed(SEED + seed)
    known = to_unit(digits.images[:COMPARED]).to(device)
    labels = torch.from_numpy(digits.labels).long().to(device)
    digits_drawn: list[Tensor] = []
    labels_drawn: list[Tensor] = []
    strangers: list[Tensor] = []
    for i, (model_config, beta) in enumerate(MODELS):
        config = TrainingConfig(epochs=EPOCHS, learning_rate=3e-3, beta=beta, seed=SEED + 10 * seed + i)
        fit = VAEFit(model_config, config, digits, device)
        for report in fit.epochs():  # every epoch's decoder scribbles in its own way
            codes = encode_all(fit.model, to_unit(digits.images)).mean
            last = report.epoch == EPOCHS
            rows = torch.randperm(len(codes), generator=generator)[: REDRAWN if last else FEW]
            redrawn, own = decode_all(fit.model, codes[rows].to(device)), labels[rows.to(device)]
            near = neighbours(redrawn, known, labels)
            strangers.append(unlike(fit.model, codes, near, known, labels, generator))
            if last:
                agreed = near.votes.gather(1, own[:, None])[:, 0] >= AGREED
                digits_drawn.append(redrawn[agreed])
                labels_drawn.append(own[agreed])
    return Drawn(torch.cat(digits_drawn), torch.cat(labels_drawn), torch.cat(strangers))


def unlike(
    model: VAE, codes: Tensor, usual: Neighbours, known: Tensor, labels: Tensor, generator: torch.Generator
) -> Tensor:
    """Pictures from places without codes (n, 2) that no training image is near and labels disagree about."""
    far = decode_all(model, empty_places(codes, generator).to(known.device))
    near = neighbours(far, known, labels)
    strange = near.distance > usual.distance.quantile(USUAL)
    return far[strange & (near.votes.amax(dim=1) <= DOUBTFUL)]


def empty_places(codes: Tensor, generator: torch.Generator) -> Tensor:
    """Points (k, 2) round about the box of codes (n, 2), none of them as near to a code as codes are."""
    low, high = codes.amin(dim=0), codes.amax(dim=0)
    offset = REACH * (torch.rand(PLACES, 2, generator=generator) - 0.5)
    z = (low + high) / 2 + (high - low) * offset
    tree = cKDTree(codes.numpy())
    apart, _ = tree.query(codes[:5000].numpy(), k=[2])  # to the next code; the nearest is itself
    distance, _ = tree.query(z.numpy())
    return z[torch.from_numpy(np.asarray(distance > np.quantile(apart, 0.99)))]


def neighbours(drawn: Tensor, known: Tensor, labels: Tensor) -> Neighbours:
    """The nearest of known pictures (m, 784) to drawn ones, uint8 (k, 784); labels (m,) or more."""
    count = min(NEIGHBOURS, len(known))
    distances, votes = [torch.zeros(0)], [torch.zeros(0, 10, dtype=torch.int64)]
    for part in torch.split(drawn, 500):
        near = torch.cdist(part.float() / 255, known).topk(count, largest=False)
        distances.append(near.values[:, 0].cpu())
        votes.append(torch.nn.functional.one_hot(labels[near.indices], 10).sum(dim=1).cpu())
    return Neighbours(torch.cat(distances).to(known.device), torch.cat(votes).to(known.device))
