"""What a model is and how it was trained: two frozen dataclasses, checked once when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

LATENT_DIM = 2
SIDE = 28
PIXELS = SIDE * SIDE

EncoderKind = Literal["mlp", "lookup"]
Likelihood = Literal["bernoulli", "mse"]
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
    hidden: int = 512  # width of every hidden layer of the decoder and of a residual encoder
    encoder: EncoderKind = "mlp"  # a residual network, or one that looks the image up (vae.model.lookup)
    encoder_blocks: int = 2  # residual blocks of an "mlp"; each is two layers of `hidden` units
    places: int = 0  # of the plane among which a "lookup" encoder looks: a Fibonacci number
    decoder_blocks: int = 2
    batch_norm: bool = False  # batch instead of layer normalisation inside the blocks
    likelihood: Likelihood = "bernoulli"

    def __post_init__(self) -> None:
        _require(1 <= self.hidden <= 4096, f"hidden must lie between 1 and 4096, not {self.hidden}.")
        for name in ("encoder_blocks", "decoder_blocks"):
            value = getattr(self, name)
            _require(0 <= value <= 32, f"{name} must lie between 0 and 32, not {value}.")
        _require(
            self.encoder in get_args(EncoderKind), f"encoder must be mlp or lookup, not {self.encoder!r}."
        )
        lookup = self.encoder == "lookup"
        _require(
            self.places == 0 if not lookup else 55 <= self.places <= 10_946 and _is_fibonacci(self.places),
            f"places must be a Fibonacci number from 55 to 10946 for a lookup encoder and 0 for an mlp, "
            f"not {self.places}.",
        )
        _require(not lookup or self.variational, "A lookup encoder belongs to a variational model.")
        _require(
            self.likelihood in get_args(Likelihood),
            f"likelihood must be bernoulli or mse, not {self.likelihood!r}.",
        )


@dataclass(frozen=True)
class TrainingConfig:
    """How the network is fitted: encoder and decoder together, by the ELBO."""

    epochs: int = 20
    batch_size: int = 250
    learning_rate: float = 1e-3  # the peak of a one-cycle schedule
    warm_up: float = 0.3  # share of the steps in which the rate rises to its peak
    weight_decay: float = 0.01
    beta: float = 1.0  # weight of the KL divergence
    beta_schedule: BetaSchedule = "constant"
    annealing_epochs: int = 0  # epochs until a linear or cosine schedule reaches `beta`
    smoothness: float = 0.0  # weight of the decoder's squared steepness (vae.training.stages)
    tied: float = 0.0  # share of the steps in which a lookup encoder's templates follow the decoder
    averaging: float = 0.0  # decay of the exponential moving average of the weights per step; 0 is off
    seed: int = 0

    def __post_init__(self) -> None:
        _require(
            self.annealing_epochs >= 0,
            f"annealing_epochs must not be negative, but is {self.annealing_epochs}.",
        )
        _require(0 <= self.seed < 2**31, f"seed must lie between 0 and {2**31 - 1}, not {self.seed}.")
        _require(self.epochs > 0, f"epochs must be at least 1, not {self.epochs}.")
        _require(self.batch_size >= 2, f"batch_size must be at least 2, not {self.batch_size}.")
        _require(self.learning_rate > 0, f"learning_rate must be positive, not {self.learning_rate}.")
        _require(0 < self.warm_up < 1, f"warm_up must lie between 0 and 1, not {self.warm_up}.")
        _require(self.weight_decay >= 0, f"weight_decay must not be negative, but is {self.weight_decay}.")
        _require(0 <= self.beta < float("inf"), f"beta must be finite and not negative, but is {self.beta}.")
        _require(self.smoothness >= 0, f"smoothness must not be negative, but is {self.smoothness}.")
        _require(0 <= self.tied <= 1, f"tied must lie in [0, 1], not {self.tied}.")
        _require(0 <= self.averaging < 1, f"averaging must lie in [0, 1), not {self.averaging}.")
        _require(
            self.beta_schedule in get_args(BetaSchedule),
            f"beta_schedule must be constant, linear or cosine, not {self.beta_schedule!r}.",
        )
