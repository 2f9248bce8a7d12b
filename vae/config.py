"""What a model is and how it was trained: two frozen dataclasses, checked once when they are made."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

LATENT_DIM = 2
SIDE = 28
PIXELS = SIDE * SIDE

EncoderKind = Literal["mlp", "lookup"]
Likelihood = Literal["bernoulli", "mse"]
BetaSchedule = Literal["constant", "linear", "cosine", "cyclical"]

# Of a network: at most 52 million weights, 210 MB.
WIDEST, DEEPEST, MOST_PLACES = 1024, 12, 4181
MOST = 1_000_000  # of anything a training run is told: epochs, images of a batch, weights of penalties

KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a name"}


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


def _require_types(settings: ModelConfig | TrainingConfig) -> None:
    """Every setting is of its default's type, a whole number where a fraction may stand as well."""
    for field in fields(settings):
        value, kind = getattr(settings, field.name), type(field.default)
        fits = isinstance(value, (int, float) if kind is float else kind)
        _require(
            fits and isinstance(value, bool) == (kind is bool),
            f"{field.name} must be {KINDS[kind]}, not of type {type(value).__name__}.",
        )


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
    # Convolutions of a fixed size instead of `hidden` and blocks (vae.model.layers), in both halves. Batch
    # normalisation then follows each of them; without it there is none.
    convolutional: bool = False

    def __post_init__(self) -> None:
        _require_types(self)
        _require(1 <= self.hidden <= WIDEST, f"hidden must lie between 1 and {WIDEST}, not {self.hidden}.")
        for name in ("encoder_blocks", "decoder_blocks"):
            value = getattr(self, name)
            _require(0 <= value <= DEEPEST, f"{name} must lie between 0 and {DEEPEST}, not {value}.")
        _require(
            self.encoder in get_args(EncoderKind), f"encoder must be mlp or lookup, not {self.encoder!r}."
        )
        lookup = self.encoder == "lookup"
        usable = 55 <= self.places <= MOST_PLACES and _is_fibonacci(self.places)
        _require(
            usable if lookup else self.places == 0,
            f"places must be a Fibonacci number from 55 to {MOST_PLACES} for a lookup encoder and 0 for an "
            f"mlp, not {self.places}.",
        )
        _require(not lookup or self.variational, "A lookup encoder belongs to a variational model.")
        _require(not (lookup and self.convolutional), "A lookup encoder has no convolutions.")
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
    annealing_epochs: int = 0  # epochs until a schedule that is not constant stays at `beta`
    smoothness: float = 0.0  # weight of the decoder's squared steepness (vae.training.stages)
    tied: float = 0.0  # share of the steps in which a lookup encoder's templates follow the decoder
    averaging: float = 0.0  # decay of the exponential moving average of the weights per step; 0 is off
    seed: int = 0

    def __post_init__(self) -> None:
        _require_types(self)
        least = {"epochs": 1, "batch_size": 2} | dict.fromkeys(
            ("annealing_epochs", "learning_rate", "weight_decay", "beta", "smoothness"), 0
        )
        for name, low in least.items():
            value = getattr(self, name)
            _require(low <= value <= MOST, f"{name} must lie between {low} and {MOST}, not {value}.")
        _require(0 <= self.seed < 2**31, f"seed must lie between 0 and {2**31 - 1}, not {self.seed}.")
        _require(self.learning_rate > 0, f"learning_rate must be positive, not {self.learning_rate}.")
        _require(0 < self.warm_up < 1, f"warm_up must lie between 0 and 1, not {self.warm_up}.")
        _require(0 <= self.tied <= 1, f"tied must lie in [0, 1], not {self.tied}.")
        _require(0 <= self.averaging < 1, f"averaging must lie in [0, 1), not {self.averaging}.")
        _require(
            self.beta_schedule in get_args(BetaSchedule),
            f"beta_schedule must be constant, linear, cosine or cyclical, not {self.beta_schedule!r}.",
        )
