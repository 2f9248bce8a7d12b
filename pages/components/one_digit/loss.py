"""What one image costs, as a Streamlit component: the loss in its parts, and the posterior."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pages.components.mount import component
from pages.components.one_digit.view import STRONGEST
from vae.measure.measures import MEASURES

if TYPE_CHECKING:  # slow to load, and here only its numbers are read
    from vae.measure.account import Account, Gaussian

_component = component.declared(
    "loss",
    "one_digit/loss",
    '<div class="loss"></div>',
    styles=("parts/live_slider", "one_digit/plot"),
)
SHADES = 2**16 - 1  # of the posterior's density, so that a contour far below the peak is still smooth


def loss(
    *,
    key: str,
    account: Account | None,
    binary: NDArray[np.uint8],
    beta: float,
    on_beta: Callable[[float], None],
) -> None:
    """Draw the account of the image `binary` (784,), 0 or 1 a pixel; None for an autoencoder, which has none.

    A slider changes the weight of the KL divergence, 0 to `STRONGEST`, in the browser alone; when it has
    come to rest, `on_beta` gets the weight, before the script runs again.
    """
    component.mount(
        _component,
        key=key,
        data={
            "account": None if account is None else described(account),
            "binary": base64.b64encode(np.packbits(binary).tobytes()).decode(),
            "weight": {"beta": beta},
            "strongest": STRONGEST,
        },
        value="weight",
        read=read,
        on_change=on_beta,
    )


def read(told: Mapping[str, object]) -> float | None:
    """The weight that the browser told, within what the slider takes; None if it is none."""
    beta = told.get("beta")
    return min(max(float(beta), 0.0), STRONGEST) if component.is_number(beta) else None


def described(account: Account) -> dict[str, object]:
    """The account for the browser: numbers, and the posterior as rows of u16, little-endian.

    An error that is infinite becomes null.
    """
    density = np.rint(SHADES * np.clip(account.posterior, 0, 1)).astype("<u2")
    return {
        "unit": MEASURES["elbo_nats"].unit,
        "reconstruction": account.reconstruction,
        "kl": account.kl,
        "elbo": account.elbo,
        "log_likelihood": account.log_likelihood,
        "error": account.error if math.isfinite(account.error) else None,
        "best_elbo": account.best_elbo,
        "approximation_gap": account.approximation_gap,
        "amortisation_gap": account.amortisation_gap,
        "encoder": gaussian(account.encoder),
        "best": gaussian(account.best),
        "window": account.window.ranges(),
        "posterior": base64.b64encode(density.tobytes()).decode(),
        "levels": list(account.levels),
        "elsewhere": account.elsewhere,
    }


def gaussian(law: Gaussian) -> dict[str, list[float]]:
    return {"mean": list(map(float, law.mean)), "deviation": list(map(float, law.deviation))}
