"""How long a run may take, so that a class gets its turn."""

from __future__ import annotations

from vae.config import PIXELS
from vae.history.job import Job

MOST_MINUTES = 10.0
# Measured on one core of two, that serve the app beside it.
OPERATIONS = 2e10  # multiplications and additions a second
STEP = 0.002  # seconds that a step of the optimiser takes, whatever the batch
CONVOLUTIONS = 6_600_000  # products in one pass of the convolutional network (vae.model.layers)


def minutes(job: Job) -> float:
    """About how long a run trains: forward and backward passes, then the steps."""
    model, training = job.model, job.training
    blocks = model.encoder_blocks + model.decoder_blocks
    dense = 2 * PIXELS * model.hidden + 2 * blocks * model.hidden**2
    products = CONVOLUTIONS if model.convolutional else dense
    passes = 6 * products * job.images / OPERATIONS  # two operations a product, three such passes
    steps = STEP * job.images / training.batch_size
    return training.epochs * (passes + steps) / 60
