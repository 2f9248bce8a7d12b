"""All figures of a checkpoint on MNIST's test set, in one place, so that every reader quotes the same ones."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from vae.checkpoint import Checkpoint
from vae.data import Digits
from vae.evidence import binarised_test_images, converged_log_likelihood, elbo, iwae
from vae.quality import knn_accuracy

Figures = dict[str, float]

LABELS = {
    "reconstruction_nats": "reconstruction",
    "kl_nats": "KL divergence",
    "elbo_nats": "ELBO",
    "iwae_nats": "IWAE bound",
    "log_likelihood_nats": "log p(x), exact",
    "log_likelihood_check_nats": "log p(x), lattice twice as fine",
    "lattice_spacing": "lattice spacing",
    "knn_accuracy": "k-NN accuracy, k = 10",
}


def evaluate(
    checkpoint: Checkpoint,
    test: Digits,
    device: torch.device,
    iwae_samples: int = 0,
    on_step: Callable[[str], None] = lambda name: None,
) -> Figures:
    """Figures of a checkpoint on `test`, in nats per image where not stated; `on_step` hears what begins.

    Images are binarised by sampling each pixel once with its grey value as probability, seed 0. Figures
    that do not exist for a model are left out: a plain autoencoder has no KL divergence, ELBO or IWAE bound.
    """
    model = checkpoint.build(device)
    images = binarised_test_images(torch.from_numpy(test.images)).to(device)
    on_step("ELBO")
    bounds = elbo(model, images)
    figures = {"reconstruction_nats": bounds.reconstruction, "kl_nats": bounds.kl, "elbo_nats": bounds.elbo}
    if iwae_samples and checkpoint.model_config.variational:
        on_step(f"IWAE bound with {iwae_samples} samples")
        figures |= {"iwae_nats": iwae(model, images, iwae_samples), "iwae_samples": iwae_samples}
    on_step("exact log-likelihood")
    exact = converged_log_likelihood(model.decode, images)
    figures |= {
        "log_likelihood_nats": exact.log_likelihood,
        "log_likelihood_check_nats": exact.check,
        "lattice_spacing": exact.spacing,
        "knn_accuracy": knn_accuracy(checkpoint.latents.means, checkpoint.latents.labels),
    }
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def as_text(figures: Figures) -> str:
    """One figure a line, for people."""
    lines = []
    for name, label in LABELS.items():
        if name in figures:
            unit = " nats" if name.endswith("_nats") else ""
            digits = 4 if name == "knn_accuracy" else 3
            lines.append(f"{label:34}{figures[name]:>10.{digits}f}{unit}")
    return "\n".join(lines)
