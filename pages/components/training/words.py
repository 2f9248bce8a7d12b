"""What the training page says."""

from __future__ import annotations

from typing import Any, NamedTuple

TASK = "Press Play, or drag the slider: watch the plane take shape, epoch by epoch."
MEANING = (
    "Every dot is an image that the model never trains on. "
    "Point at the map: that epoch’s decoder draws what lives there."
)

EXPLAIN = r"""
An **epoch** shows the model every training image once. The first snapshots lie within the first epoch.

Training lowers $\text{reconstruction} + \beta \cdot \text{KL}$: with $\beta = 1$ minus the **ELBO**.

The curves are means over the first 2,000 images of each kind, in nats.

The axes stay the same at every epoch, so a dot that seems to move has moved.

*Kingma & Welling 2014, Auto-Encoding Variational Bayes (arXiv 1312.6114), section 2.*
"""

KEPT = (
    "The server keeps at most 40 runs and 1 GB. The oldest run whose owner is away goes first. "
    "Leaving this page for 150 s gives up a place in the queue, and pauses your run if others wait."
)


class Recipe(NamedTuple):
    """How a recipe is called, and what will be seen, in one sentence."""

    title: str
    seen: str


RECIPES = {
    "vae": Recipe("VAE", "The usual objective: classes part within a few epochs, then settle."),
    "autoencoder": Recipe(
        "Autoencoder", "No noise and no KL divergence: codes spread far apart, and gaps stay."
    ),
    "collapse": Recipe(
        "Collapse", "β = 20: the KL divergence weighs so much that the plane may fall silent."
    ),
    "annealed": Recipe("KL annealing", "β rises to the same 20 slowly: watch the first epochs."),
    "batch-norm": Recipe(
        "Batch norm",
        "The same VAE with batch normalisation: after the first epoch the KL divergence is larger.",
    ),
    "conv": Recipe(
        "Convolutional",
        "Convolutions on 10,000 images: half the weights, but 27 times the arithmetic for each image.",
    ),
    "lecture": Recipe("Lecture", "The network of many lectures: one hidden layer of 400 units in each half."),
}


def recipe(name: str) -> Recipe:
    return RECIPES.get(name, Recipe(name, ""))


# of the settings that are choices: label, and what each value is called
CHOICES: dict[str, tuple[str, dict[Any, str]]] = {
    "dataset": ("Data", {}),  # data.kinds says what there is
    "variational": ("Model", {True: "VAE", False: "Autoencoder"}),
    "likelihood": ("Likelihood", {"bernoulli": "Bernoulli", "mse": "Squared error"}),
    "beta_schedule": (
        "KL annealing",
        {"constant": "None", "linear": "Linear", "cosine": "Cosine", "cyclical": "Cyclical"},
    ),
    "batch_norm": ("Normalisation", {False: "Layer", True: "Batch"}),
    "convolutional": ("Network", {False: "Fully connected", True: "Convolutional"}),
}
# of the settings that are numbers: label, smallest and largest value
NUMBERS = {
    "images": ("Training images", 100, 60_000),
    "epochs": ("Epochs", 1, 30),
    "batch_size": ("Batch size", 16, 1024),
    "learning_rate": ("Learning rate", 0.0001, 0.1),
    "beta": ("β, the KL’s weight", 0, 32),
    "annealing_epochs": ("Annealing epochs", 0, 30),
    "hidden": ("Width", 8, 512),
    "depth": ("Residual blocks", 0, 4),
    "seed": ("Seed", 0, 9999),
}


def changed(count: int) -> str:
    if not count:
        return "The recipe’s own settings."
    return f"{count} {'setting differs' if count == 1 else 'settings differ'} from the recipe’s."


def too_long(minutes: float) -> str:
    return f"This would train for about {minutes:.0f} minutes: take fewer epochs, images or units."


def not_there(title: str, command: str) -> str:
    return f"{title} is not on this server: run {command}, or choose other data."


BEFORE = "Before you train"
LOCKED = "Your answer is kept; whether it is right shows when the run has ended."
STOPPED_EARLY = "The run ended before the answer could be seen."
