"""An independent judge of decoded digits, which may also say "no digit".

A small convolutional network, trained on the original images and on pictures that are no digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from vae.config import SIDE, TrainingConfig
from vae.model.checkpoint import (
    CheckpointError,
    Provenance,
    assembled,
    header,
    packed,
    read_payload,
    records,
    unpacked,
)
from vae.model.files import write_atomically

KIND = "classifier"
NO_DIGIT = 10  # the class beside the ten digits


def _stage(inputs: int, outputs: int) -> list[nn.Module]:
    """Two convolutions, then half the resolution."""
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return [*layers, nn.MaxPool2d(2)]


class Classifier(nn.Module):
    """Eleven logits for a picture with grey values (or ink probabilities) in [0, 1]: ten digits, no digit."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_stage(1, 16),  # (n, 16, 14, 14)
            *_stage(16, 32),  # (n, 32, 7, 7)
            *_stage(32, 96),  # (n, 96, 3, 3)
            nn.Flatten(),
            nn.Linear(96 * 9, NO_DIGIT + 1),
        )
        for parameter in self.parameters():
            if parameter.dim() == 4:  # convolutions are twice as fast on a CPU with the channels last
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:  # (n, 784) -> (n, 11)
        return cast(Tensor, self.layers(images.view(-1, 1, SIDE, SIDE)))


@dataclass(frozen=True)
class ClassifierCheckpoint:
    """What checkpoints/classifier.pt holds."""

    training_config: TrainingConfig
    weights: Mapping[str, Tensor]
    figures: Mapping[str, float] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=dict)
    progress: Mapping[str, Any] | None = None

    def build(self, device: torch.device | str = "cpu") -> Classifier:
        """The classifier on `device`, in evaluation mode, its parameters frozen."""
        model = Classifier()
        model.load_state_dict(dict(self.weights))
        return model.to(device).eval().requires_grad_(False)


def save_classifier(checkpoint: ClassifierCheckpoint, path: Path) -> None:
    """Write the checkpoint atomically to `path`."""
    write_atomically(
        {
            **header(KIND),
            "training_config": asdict(checkpoint.training_config),
            "weights": packed(checkpoint.weights),
            "figures": dict(checkpoint.figures),
            "provenance": dict(checkpoint.provenance),
            "progress": checkpoint.progress,
        },
        path,
    )


def load_classifier(path: Path) -> ClassifierCheckpoint:
    """Read a classifier. Raises CheckpointError like `vae.model.checkpoint.load`."""
    payload = read_payload(path, KIND)
    with assembled(path):
        with torch.device("meta"):
            model = Classifier()
        return ClassifierCheckpoint(
            TrainingConfig(**payload["training_config"]),
            unpacked(payload["weights"], model),
            **records(payload),
        )


def find_classifier(folder: Path, device: torch.device) -> Classifier | None:
    """The classifier of a folder of checkpoints, or None if there is none that can be used."""
    try:
        return load_classifier(folder / f"{KIND}.pt").build(device)
    except CheckpointError:
        return None


@torch.inference_mode()
def class_probabilities(model: Classifier, images: Tensor, batch_size: int = 64) -> Tensor:
    """Probability of each digit for pictures (n, 784) in [0, 1]: shape (n, 10), on the CPU.

    What a row lacks to 1 is the probability that the picture is no digit. The layers of so small a batch stay
    in a core's cache, which is nearly three times as fast as 1,000 are.
    """
    device = next(model.parameters()).device
    parts = [model(batch.to(device)).softmax(dim=1).cpu() for batch in torch.split(images, batch_size)]
    return torch.cat(parts)[:, :NO_DIGIT]
