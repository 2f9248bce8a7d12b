"""Checkpoints have names that tell them apart, one sentence each, and figures as they were recorded."""

from __future__ import annotations

import numpy as np
import pytest

from pages.components.frame.words import sentence, title
from pages.components.latent_map.words import figures
from vae.config import ModelConfig, TrainingConfig
from vae.model.checkpoint import Checkpoint, Latents


def checkpoint(variational: bool = True, beta: float = 1.0, **recorded: float) -> Checkpoint:
    latents = Latents(np.zeros((1, 2), np.float32), np.zeros((1, 2), np.float32), np.zeros(1, np.uint8))
    return Checkpoint(ModelConfig(variational=variational), TrainingConfig(beta=beta), {}, latents, recorded)


@pytest.mark.parametrize(
    ("name", "made", "expected"),
    [
        ("vae", checkpoint(), "VAE"),
        ("autoencoder", checkpoint(variational=False), "Autoencoder"),
        ("beta-4", checkpoint(beta=4), "VAE, β = 4"),
        ("beta-0.25", checkpoint(beta=0.25), "VAE, β = 0.25"),
        ("mine", checkpoint(), "VAE (mine)"),
        ("mine", checkpoint(variational=False), "Autoencoder (mine)"),
    ],
)
def test_names_are_plain_and_differ(name: str, made: Checkpoint, expected: str) -> None:
    assert title(name, made) == expected


def test_every_kind_of_model_has_a_sentence_of_its_own() -> None:
    kinds = [checkpoint(), checkpoint(variational=False), checkpoint(beta=0.5), checkpoint(beta=4)]
    sentences = {sentence(kind) for kind in kinds}
    assert len(sentences) == 4
    assert all(text.endswith(".") and text.count(".") - text.count("0.5") == 1 for text in sentences)


def test_figures_are_rounded_not_invented() -> None:
    rows = dict(
        figures(
            checkpoint(log_likelihood_nats=-133.413, kl_nats=6.647, elbo_nats=-138.757, knn_accuracy=0.7924)
        )
    )
    assert rows == {
        "log p(x)": "−133.4 nats",
        "ELBO": "−138.8 nats",
        "KL": "6.6 nats",
        "Neighbours agree": "79.2 %",
    }


def test_what_was_not_measured_is_left_out() -> None:
    assert figures(checkpoint()) == []
    assert figures(checkpoint(kl_nats=float("nan"))) == []
