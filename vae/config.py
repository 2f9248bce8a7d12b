"""What a model is and how it was trained: two frozen dataclasses, checked once when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

LATENT_DIM = 2
SIDE = 28
PIXELS = SIDE * SIDE

EncoderKind = Literal["mlp", "conv"]
Likelihood = Literal["bernoulli", "mse"]
Inference = Literal["encoder", "inversion"]
BetaSchedule = Literal["constant", "linear", "cosine"]


class ConfigError(ValueError):
    """A setting is outside its range; the message is one sentence that names it."""


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise ConfigError(sentence)


def _is_fibonacci(number: int) -> bool:
    smaller, larger = 1, 2
    while larger < number:
        smaller, larger = larger, smaller + larger
    return larger == number


@dataclass(frozen=True)
class ModelConfig:
    """The network.

    `variational` is the one switch between a VAE (True) and a plain autoencoder (False): without it the
    encoder's log-variance is not used, so neither noise nor a KL divergence exists.
    """

    variational: bool = True
    hidden: int = 512  # width of every hidden layer
    encoder: EncoderKind = "mlp"
    encoder_blocks: int = 2  # residual blocks; each is two layers of `hidden` units
    decoder_blocks: int = 2
    batch_norm: bool = False  # batch instead of layer normalisation inside the blocks
    likelihood: Likelihood = "bernoulli"
    # once trained, whether the encoder or Bayes' rule (vae.model.inversion) gives the posterior
    inference: Inference = "encoder"

    def __post_init__(self) -> None:
        _require(1 <= self.hidden <= 4096, f"hidden must lie between 1 and 4096, not {self.hidden}.")
        for name in ("encoder_blocks", "decoder_blocks"):
            value = getattr(self, name)
            _require(0 <= value <= 32, f"{name} must lie between 0 and 32, not {value}.")
        _require(
            self.inference in get_args(Inference),
            f"inference must be encoder or inversion, not {self.inference!r}.",
        )
        _require(self.encoder in get_args(EncoderKind), f"encoder must be mlp or conv, not {self.encoder!r}.")
        _require(
            self.likelihood in get_args(Likelihood),
            f"likelihood must be bernoulli or mse, not {self.likelihood!r}.",
        )


@dataclass(frozen=True)
class TrainingConfig:
    """How the network is fitted. Three stages follow each other; a stage of 0 epochs is left out.

    1. `epochs` of the ELBO, encoder and decoder together;
    2. `lattice_epochs` of the exact marginal likelihood for the decoder, with the ELBO of both networks
       added `elbo_share` times, so that the encoder follows and the map stays one that can be encoded;
    3. `encoder_epochs` of the ELBO with the decoder fixed, encoder alone.
    """

    epochs: int = 20
    lattice_epochs: int = 0
    encoder_epochs: int = 0
    batch_size: int = 250
    learning_rate: float = 1e-3  # the peak of a one-cycle schedule, one cycle per stage
    weight_decay: float = 0.01
    beta: float = 1.0  # weight of the KL divergence
    beta_schedule: BetaSchedule = "constant"
    annealing_epochs: int = 0  # epochs until a linear or cosine schedule reaches `beta`
    lattice_size: int = 4181  # a Fibonacci number: the lattice of stage 2
    elbo_share: float = 0.0  # weight of the ELBO in stage 2
    averaging: float = 0.0  # decay of the exponential moving average of the weights per step; 0 is off
    augment: bool = False  # small shifts, rotations and scalings of the training images in stage 3
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "lattice_epochs", "encoder_epochs", "annealing_epochs", "seed"):
            value = getattr(self, name)
            _require(value >= 0, f"{name} must not be negative, but is {value}.")
        _require(
            self.epochs + self.lattice_epochs + self.encoder_epochs > 0, "At least one epoch must be trained."
        )
        _require(self.batch_size >= 2, f"batch_size must be at least 2, not {self.batch_size}.")
        _require(self.learning_rate > 0, f"learning_rate must be positive, not {self.learning_rate}.")
        _require(self.weight_decay >= 0, f"weight_decay must not be negative, but is {self.weight_decay}.")
        _require(0 <= self.beta < float("inf"), f"beta must be finite and not negative, but is {self.beta}.")
        _require(
            _is_fibonacci(self.lattice_size),
            f"lattice_size must be a Fibonacci number of at least 2, not {self.lattice_size}.",
        )
        _require(
            0 <= self.elbo_share < float("inf"), f"elbo_share must not be negative, but is {self.elbo_share}."
        )
        _require(0 <= self.averaging < 1, f"averaging must lie in [0, 1), not {self.averaging}.")
        _require(
            self.beta_schedule in get_args(BetaSchedule),
            f"beta_schedule must be constant, linear or cosine, not {self.beta_schedule!r}.",
        )
