"""What a checkpoint is called, what it is and how well it does, in words for students."""

from __future__ import annotations

from vae.model import ladder
from vae.model.checkpoint import Checkpoint
from vae.workshop.names import SHIPPED, parsed


def title(name: str, checkpoint: Checkpoint) -> str:
    """A plain name for the file `name`: "VAE", "Autoencoder", "VAE, β = 4"; others keep theirs beside it.

    A model of the workshop is "Yours: VAE, epoch 3".
    """
    if rung := ladder.beta_of(name):
        return f"VAE, β = {rung:g}"
    beta = checkpoint.training_config.beta
    if not checkpoint.model_config.variational:
        plain = "Autoencoder"
    else:
        plain = "VAE" if beta == 1 else f"VAE, β = {beta:g}"
    if guest := parsed(name):
        whose = "Recorded" if guest.run == SHIPPED else "Yours"
        return f"{whose}: {plain}, epoch {guest.epoch}"
    usual = name in ("vae", "autoencoder") or beta != 1
    return plain if usual else f"{plain} ({name})"


def sentence(checkpoint: Checkpoint) -> str:
    """What the model is and what that does to the plane, in a sentence or two."""
    beta = checkpoint.training_config.beta
    if not checkpoint.model_config.variational:
        return (
            "The plain autoencoder is the same kind of network, smaller, trained without noise and without "
            "the KL divergence: nothing closes the gaps between its codes."
        )
    if beta == 1:
        return (
            "The VAE adds noise to every code and pulls all codes towards the centre (the KL divergence). "
            "So neighbours look alike, and few gaps remain."
        )
    effect = "codes spread out and gaps open" if beta < 1 else "codes crowd together and digits blur"
    return f"In this VAE the KL divergence counts {beta:g} times as much as in the usual one, so {effect}."


def a_digit(digit: int) -> str:
    """ "a 3", "an 8"."""
    return f"{'an' if digit == 8 else 'a'} {digit}"
