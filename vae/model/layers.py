"""What encoder and decoder are made of: residual blocks of fully connected layers."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

# Of a posterior. Wider or narrower ones do not occur; the clamp keeps a first bad step finite.
LOG_VARIANCE_RANGE = (-14.0, 4.0)


class ResidualBlock(nn.Module):
    """x + W2 silu(W1 norm(x)): pre-norm, so that a deep stack starts near the identity."""

    def __init__(self, width: int, batch_norm: bool) -> None:
        super().__init__()
        self.norm: nn.Module = nn.BatchNorm1d(width) if batch_norm else nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:  # (n, width) -> (n, width)
        inner: Tensor = self.inner(self.norm(x))
        return x + cast(Tensor, self.outer(nn.functional.silu(inner)))


class ResidualStack(nn.Module):
    """Linear in, residual blocks, norm, linear out."""

    def __init__(self, inputs: int, outputs: int, *, width: int, blocks: int, batch_norm: bool) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, width)
        self.blocks = nn.Sequential(*(ResidualBlock(width, batch_norm) for _ in range(blocks)))
        self.norm: nn.Module = nn.BatchNorm1d(width) if batch_norm else nn.LayerNorm(width)
        self.last = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (n, inputs) -> (n, outputs)
        hidden = self.blocks(self.first(x))
        return cast(Tensor, self.last(nn.functional.silu(self.norm(hidden))))
