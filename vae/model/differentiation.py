"""Exact derivatives of what a decoder draws, with respect to the plane's two coordinates."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import cast

import torch
from torch import Tensor

# torch counts the levels of forward-mode differentiation once a process: two threads at it at the same time
# end each other's level, which raises or, worse, gives wrong numbers. Pages of several visitors are such
# threads.
_FORWARD_MODE = Lock()


def with_jacobian(function: Callable[[Tensor], Tensor], z: Tensor) -> tuple[Tensor, Tensor]:
    """A function of points z (n, 2), its values (n, m) and its Jacobian (n, m, 2). Any thread may ask.

    Every row of the values must depend on its own point alone, as a decoder's does. So one shift that all
    points share has each row's own derivative, and forward mode needs two directions, not two for each point.
    """

    def shifted(shift: Tensor) -> tuple[Tensor, Tensor]:
        values = function(z + shift)
        return values, values

    with _FORWARD_MODE:
        jacobian, values = torch.func.jacfwd(shifted, has_aux=True)(torch.zeros_like(z[0]))
    return cast(Tensor, values), cast(Tensor, jacobian)
