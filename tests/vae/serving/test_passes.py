"""Requests in parts."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np

from vae.serving.batching import QueueFull
from vae.serving.passes import Decoded, joined


def test_parts_make_a_whole_in_their_order_or_fail_together() -> None:
    def futures() -> list[Future[Decoded]]:
        return [Future() for _ in range(3)]

    def decoded(grey: int) -> Decoded:
        return Decoded(np.full((1, 784), grey, np.uint8), 0.5, 1 + grey)

    parts = futures()
    whole = joined(parts)
    for number in (2, 0, 1):
        assert not whole.done()
        parts[number].set_result(decoded(number))
    assert whole.result(0).images[:, 0].tolist() == [0, 1, 2]
    assert (whole.result(0).seconds, whole.result(0).batch) == (1.5, 3)

    parts = futures()
    whole = joined(parts)
    parts[1].set_exception(QueueFull("no"))
    assert isinstance(whole.exception(0), QueueFull)
    assert parts[0].cancelled()
    assert parts[2].cancelled()

    parts = futures()
    whole = joined(parts)
    parts[0].set_result(decoded(0))
    assert whole.cancel()
    assert parts[1].cancelled()
    assert parts[2].cancelled()
