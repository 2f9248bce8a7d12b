"""The judge of decoded digits, for any number of threads: pictures that come together share a pass."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from vae.measure.draws import Verdict, judged
from vae.model.classifier import Classifier
from vae.serving.batching import MicroBatcher
from vae.serving.passes import MAX_WAIT

PASS = 64  # pictures
MAX_QUEUE = 1024  # pictures that wait


def judging(classifier: Classifier) -> MicroBatcher[NDArray[np.uint8], Verdict]:
    """A batcher whose items are pictures (784,), ink probability 0 to 255, and whose results are verdicts."""

    def work(_: Hashable, pictures: list[NDArray[np.uint8]]) -> Sequence[Verdict]:
        return judged(np.stack(pictures), classifier)

    return MicroBatcher(work, max_batch=PASS, max_queue=MAX_QUEUE, max_wait=MAX_WAIT, name="judge")
