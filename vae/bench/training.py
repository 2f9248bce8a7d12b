"""How fast a training run is beside the loop that tutorials teach, in one go on the machine at hand.

Both train the same network with the same batch size on as many threads, in turn, so that whatever else the
machine does meets both alike.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as Items

from vae.bench.benchmark import Figures, wall_clock
from vae.config import PIXELS, SIDE, ModelConfig, TrainingConfig
from vae.data import Digits
from vae.device import choose_device, describe, machine
from vae.history.recipes import RECIPES
from vae.model.network import VAE
from vae.model.objective import kl_divergence
from vae.training.stages import VAEFit

COMPARED = ("vae", "lecture")  # recipes
STEPS = 80  # of one, an epoch, before it is the other's turn
TURNS = 15


class Pictures(Items[tuple[Tensor, int]]):
    """What torchvision's MNIST with ToTensor does with an item: array, PIL image, array, tensor in [0, 1]."""

    def __init__(self, digits: Digits) -> None:
        self.images = torch.from_numpy(digits.images).view(-1, SIDE, SIDE)
        self.labels = torch.from_numpy(digits.labels)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        picture = Image.fromarray(self.images[index].numpy())
        image = torch.from_numpy(np.array(picture, np.uint8, copy=True)).view(SIDE, SIDE, 1)
        return image.permute(2, 0, 1).contiguous().to(torch.float32).div(255), int(self.labels[index])


def common_loop(
    config: ModelConfig, training: TrainingConfig, digits: Digits, device: torch.device
) -> Iterator[float]:
    """The usual loop without an end; the mean loss of an epoch each time it is asked."""
    model = VAE(config).to(device).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=training.learning_rate)
    loader = DataLoader(Pictures(digits), training.batch_size, shuffle=True)
    while True:
        total = 0.0
        for pictures, _ in loader:
            images = pictures.view(-1, PIXELS).to(device)
            optimiser.zero_grad()
            logits, posterior = model(images)
            cost = torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum")
            loss = (cost + kl_divergence(*posterior).sum()) / len(images)
            loss.backward()
            total += loss.item()
            optimiser.step()
        yield total / len(loader)


def compare(recipe: str, device: torch.device) -> Figures:
    """Images per second of both, medians over the turns; their ratio turn by turn: median and quartiles."""
    job = RECIPES[recipe]
    training = replace(job.training, epochs=TURNS + 1)
    count = STEPS * training.batch_size
    images = np.random.default_rng(0).integers(0, 256, (count, PIXELS)).astype(np.uint8)
    digits = Digits(images, np.zeros(count, np.uint8))
    own = VAEFit(job.model, training, digits, device).epochs()
    common = common_loop(job.model, training, digits, device)
    speeds = [[count / wall_clock(partial(next, loop)) for loop in (own, common)] for _ in range(TURNS + 1)]
    speeds = speeds[1:]  # the first warms up
    low, ratio, high = np.percentile([ours / theirs for ours, theirs in speeds], [25, 50, 75])
    return {
        "recipe": recipe,
        "batch": training.batch_size,
        "images_per_second": round(statistics.median(ours for ours, _ in speeds)),
        "common_loop_images_per_second": round(statistics.median(theirs for _, theirs in speeds)),
        "ratio": round(ratio, 2),
        "ratio_quartiles": [round(low, 2), round(high, 2)],
        "turns": TURNS,
    }


def run() -> Figures:
    """Both networks; takes a minute or two. Raises DeviceError."""
    device = choose_device()
    return {
        "device": describe(device),
        "machine": machine(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "training": [compare(recipe, device) for recipe in COMPARED],
    }


def as_text(figures: Figures) -> str:
    """The figures as a table for people."""
    lines = [
        "{device} ({machine}, torch {torch}), threads: {threads}".format(**figures),
        "recipe     batch   images/s   common loop's   ratio (quartiles)",
    ]
    for row in figures["training"]:
        low, high = row["ratio_quartiles"]
        lines.append(
            "{recipe:9} {batch:6} {images_per_second:10,} {common_loop_images_per_second:15,} "
            "{ratio:7.2f} ".format(**row)
            + f"({low:.2f} to {high:.2f})"
        )
    return "\n".join(lines)
