"""The lines of PyTorch that do each step, as they stand in this project."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache

from vae.model.lookup import LookupEncoder
from vae.model.network import VAE, Encoder, probabilities, reparameterise
from vae.model.objective import bernoulli_reconstruction, kl_divergence, negative_elbo


def steps(encoder: str) -> dict[str, str]:
    """The source of each step of the machine by its name, for a model with this kind of encoder."""
    network = LookupEncoder if encoder == "lookup" else Encoder
    functions: dict[str, tuple[Callable[..., object], ...]] = {
        "encoder": (VAE.encode, network.forward),
        "noise": (reparameterise,),
        "decoder": (VAE.decode, probabilities),
        "loss": (bernoulli_reconstruction, kl_divergence, negative_elbo),
    }
    return {name: "\n".join(map(source, parts)) for name, parts in functions.items()}


@lru_cache(maxsize=32)
def source(function: Callable[..., object]) -> str:
    return textwrap.dedent(inspect.getsource(function))
