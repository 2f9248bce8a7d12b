"""The judge for many threads: what comes together shares a pass, and everybody gets his own verdict."""

from __future__ import annotations

import threading
from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray

from vae.bench.server import ROOT
from vae.device import CPU
from vae.measure.draws import Verdict, judged
from vae.model import checkpoint
from vae.model.classifier import Classifier, find_classifier
from vae.serving import judging
from vae.serving.passes import draw

CHECKPOINTS = ROOT / "checkpoints"


def test_pictures_that_come_together_share_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = find_classifier(CHECKPOINTS, CPU)
    assert judge is not None
    z = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    pictures = draw(checkpoint.load(CHECKPOINTS / "vae.pt").build(CPU), z, CPU)
    passes, begun, go = list[int](), threading.Event(), threading.Event()

    def held(images: NDArray[np.uint8], classifier: Classifier) -> list[Verdict]:
        passes.append(len(images))
        begun.set()
        assert go.wait(20)
        return judged(images, classifier)

    monkeypatch.setattr(judging, "judged", held)
    with closing(judging.judging(judge)) as batcher:
        first = batcher.submit(pictures[0])
        assert begun.wait(20)
        futures = [first, *map(batcher.submit, pictures[1:])]
        go.set()
        verdicts = [future.result(20) for future in futures]
    assert passes == [1, 39]
    for picture, verdict in zip(pictures, verdicts, strict=True):
        (alone,) = judged(picture[None], judge)
        assert (verdict.digit, verdict.named) == (alone.digit, alone.named)
        assert verdict.probability == pytest.approx(alone.probability, abs=1e-5)
        assert verdict.nothing == pytest.approx(alone.nothing, abs=1e-5)
