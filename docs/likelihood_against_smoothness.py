"""How much likelihood a smoother map costs: `python docs/likelihood_against_smoothness.py [PENALTY ...]`.

Trains the preset "vae", smaller and shorter, once for every weight of the penalty on the decoder's squared
steepness, on the first 50,000 training images, and measures on the other 10,000: the rows of the table in
docs/model.md. A few minutes a row on one core.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from vae.data import Digits, binarise, load_mnist, to_unit  # noqa: E402
from vae.device import choose_device  # noqa: E402
from vae.measure.evidence import converged_log_likelihood, elbo  # noqa: E402
from vae.measure.quality import completeness, continuity  # noqa: E402
from vae.model.classifier import find_classifier  # noqa: E402
from vae.model.network import encode_all, reparameterise  # noqa: E402
from vae.plane.prior import prior_draws  # noqa: E402
from vae.training.presets import PRESETS  # noqa: E402
from vae.training.stages import VAEFit  # noqa: E402

PENALTIES = (0.0, 0.0007, 0.0015, 0.003)
PLACES, EPOCHS = 987, 8
TRAINED_ON, SUMMED_FOR, DRAWS = 50_000, 1_000, 10_000
LATTICE = 0.04  # and twice as fine: posteriors are still wide after so few epochs
DECIMALS = (2, 2, 1, 2, 3)
HEAD = "| penalty | −ELBO | −log p(x), first 1,000 | median a unit | ratio | completeness | seconds |"


def row(penalty: float, train: Digits, held_out: Digits, device: torch.device) -> str:
    """One line of the table."""
    preset = PRESETS["vae"]
    assert preset.model is not None
    model_config = replace(preset.model, places=PLACES)
    config = replace(preset.training, epochs=EPOCHS, smoothness=penalty)
    fit = VAEFit(model_config, config, train, device)
    for _ in fit.epochs():
        pass
    model = fit.model.eval()
    images = binarise(torch.from_numpy(held_out.images), torch.Generator().manual_seed(0)).to(device)
    summed = converged_log_likelihood(model.decode, images[:SUMMED_FOR], LATTICE, LATTICE / 2, confirm=False)
    z = reparameterise(encode_all(model, to_unit(held_out.images)), torch.Generator().manual_seed(0))
    change = continuity(model, z.to(device))
    judge = find_classifier(ROOT / "checkpoints", device)
    assert judge is not None
    named = completeness(model.decode, judge, prior_draws(DRAWS, seed=0).to(device))
    figures = (-elbo(model, images).elbo, -summed.check, change.median, change.ratio, named.share)
    written = " | ".join(
        f"{value:.{decimals}f}" for value, decimals in zip(figures, (2, 2, 1, 2, 3), strict=True)
    )
    return f"| {penalty:g} | {written} | {fit.seconds:.0f} |"


def main() -> None:
    digits, device = load_mnist("train"), choose_device()
    torch.set_num_threads(1)
    train = Digits(digits.images[:TRAINED_ON], digits.labels[:TRAINED_ON])
    held_out = Digits(digits.images[TRAINED_ON:], digits.labels[TRAINED_ON:])
    print(HEAD)
    print("| ---: " * HEAD[1:].count("|") + "|")
    for penalty in map(float, sys.argv[1:] or PENALTIES):
        print(row(penalty, train, held_out, device), flush=True)


if __name__ == "__main__":
    main()
