from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor

from vae.model.differentiation import with_jacobian


def wave(z: Tensor) -> Tensor:
    return torch.stack([z[:, 0].sin() * z[:, 1], z[:, 0] ** 2, z[:, 1].exp()], dim=1)


def closed_form(z: Tensor) -> Tensor:
    x, y = z.unbind(dim=1)
    zero = torch.zeros_like(x)
    rows = [
        torch.stack([x.cos() * y, x.sin()], 1),
        torch.stack([2 * x, zero], 1),
        torch.stack([zero, y.exp()], 1),
    ]
    return torch.stack(rows, dim=1)


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_values_and_jacobian_have_their_closed_form(mode) -> None:
    with mode():
        z = torch.randn(20, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        values, jacobian = with_jacobian(wave, z)
        torch.testing.assert_close(values, wave(z))
        torch.testing.assert_close(jacobian, closed_form(z))
        assert not values.requires_grad
        assert not jacobian.requires_grad


def test_threads_do_not_disturb_each_other() -> None:
    z = torch.randn(50, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    with ThreadPoolExecutor(4) as threads:
        for values, jacobian in threads.map(lambda _: with_jacobian(wave, z), range(1000)):
            torch.testing.assert_close(values, wave(z))
            torch.testing.assert_close(jacobian, closed_form(z))
