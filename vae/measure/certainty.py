"""How sure the judge is of a digit, everywhere in a box of a decoder's plane."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from vae.measure.inversion import Decoder
from vae.model.classifier import Classifier, class_probabilities
from vae.model.network import probabilities
from vae.plane.box import Box

BATCH = 1000  # pictures decoded at once


@torch.inference_mode()
def certainty(
    decoder: Decoder, classifier: Classifier, box: Box, rows: int, columns: int
) -> NDArray[np.float32]:
    """The likeliest digit's probability at the centres of cells: (rows, columns), row 0 at the top.

    Near 1 a digit can be read; it is low where the picture is none, and where it may be two. Pictures are
    named where it is at least `quality.CONFIDENT`.
    """
    device = next(classifier.parameters()).device
    z1, z2 = box.centres(columns, rows)
    z = torch.from_numpy(np.stack(np.meshgrid(z1, z2[::-1]), axis=-1).reshape(-1, 2).astype(np.float32))
    sure = [
        class_probabilities(classifier, probabilities(decoder(part.to(device)))).amax(dim=1)
        for part in torch.split(z, BATCH)
    ]
    painted: NDArray[np.float32] = torch.cat(sure).view(rows, columns).numpy()
    return painted
