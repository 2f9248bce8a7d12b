"""Addresses of pages as links, hands and strangers write them, and what their visitors do there.

The parameters are those of pages/components/*/view.py, unknown to the back end: a test compares them.
"""

from __future__ import annotations

import base64
import math
import random
from collections.abc import Callable, Mapping
from typing import Any, get_args
from urllib.parse import quote

from vae.bench.frames import MODELS
from vae.config import PIXELS, BetaSchedule, Likelihood
from vae.history.recipes import RECIPES
from vae.measure.draws import LAWS
from vae.model import ladder
from vae.pictures.packed import pack
from vae.plane.limits import LIMIT
from vae.plane.linking import LINKS
from vae.plane.pairs import PAIRS
from vae.plane.paths import KINDS
from vae.serving.manifold import SIDES
from vae.workshop.names import SHIPPED

Make = Callable[[random.Random], Any]


def one_of(*values: object) -> Make:
    return lambda chance: chance.choice(values)


def whole(low: int, high: int) -> Make:
    return lambda chance: chance.randint(low, high)


def number(low: float, high: float) -> Make:
    return lambda chance: round(chance.uniform(low, high), 4)


def packed(length: int) -> Make:
    """Bytes as an address holds them: those of a picture that is mostly ground."""
    return lambda chance: pack(bytes(length // 2) + chance.randbytes(length - length // 2))


MODEL, FLAG, PLACE = one_of(*MODELS), one_of(0, 1), number(-4, 4)
COMPANIONS: Mapping[str, Make] = {
    "present": one_of(1, ""),
    "lesson": one_of("short.en", "long.en", "short.de", "long.de", "nobody's"),
    "step": one_of("bottleneck", "plane", "gaps", "completeness", "nowhere"),
    "room": one_of("FHJKL", "ZZZZZ"),
}
PAGES: Mapping[str, Mapping[str, Make]] = {  # by the name in the address
    "": {"model": MODEL, "z1": PLACE, "z2": PLACE, "manifold": FLAG, "legible": FLAG},
    "one_digit": {
        "model": MODEL,
        "digit": whole(0, 9_999),
        "x": packed(PIXELS),
        "noise": number(0, 1),
        "rubbed": packed(PIXELS // 8),
        "e1": number(-3, 3),
        "e2": number(-3, 3),
        "beta": number(0, 4),
        "count": whole(1, 100),
        "temperature": number(0, 30),
        "ask": FLAG,
    },
    "continuity": {
        "model": MODEL,
        "path": one_of(*KINDS),
        "pair": whole(1, PAIRS),
        **dict.fromkeys(("a1", "a2", "b1", "b2", "z1", "z2"), PLACE),
        "t": number(0, 1),
        "mode": one_of("path", "axes"),
        "legible": FLAG,
        "magnification": FLAG,
    },
    "completeness": {
        "beta": one_of(*map("{:g}".format, ladder.BETAS)),
        "left": MODEL,
        "right": MODEL,
        "link": one_of(*LINKS),
        "plane": one_of("left", "right"),
        "z1": PLACE,
        "z2": PLACE,
        "overlay": one_of("none", "density", "ellipses", "legible"),
        "digit": whole(0, 9),
        "law": one_of(*LAWS),
        "seed": whole(0, 999_999),
        "grid": whole(*SIDES),
        "sigmas": number(1, 4),
        "draws": whole(5, 60),
        "more": one_of("none", "grid", "draws", "curves"),
    },
    "training": {
        "run": one_of(SHIPPED, "abcdefghij"),
        "epoch": whole(0, 30),
        "z1": PLACE,
        "z2": PLACE,
        "said": one_of("falls", "nothing"),
        "recipe": one_of(*RECIPES),
        "dataset": one_of("mnist", "fashion-mnist", "small-digits", "own-0123456789ab"),
        "images": whole(100, 60_000),
        **dict.fromkeys(("variational", "convolutional", "batch_norm"), FLAG),
        "hidden": whole(8, 512),
        "depth": whole(0, 4),
        "likelihood": one_of(*get_args(Likelihood)),
        "beta": number(0, 32),
        "beta_schedule": one_of(*get_args(BetaSchedule)),
        "annealing_epochs": whole(0, 30),
        "epochs": whole(1, 30),
        "batch_size": whole(16, 1024),
        "learning_rate": number(0.0001, 0.1),
        "seed": whole(0, 9_999),
    },
    "classroom": {},
}
ODD = (  # values as they stand in an address, percent-encoded where a browser would
    "",
    "NaN",
    "-inf",
    "1e999",
    "-1",
    "0x10",
    str(2 * LIMIT),
    "9" * 400,
    "%00",
    "%FF%FE",  # no UTF-8
    "%ED%A0%80",  # half a surrogate pair
    "%E2%80%AE%F0%9F%98%80",  # written from right to left
    "../../etc/passwd",
    quote("**bold** [link](javascript:alert(1)) $\\frac{1}{0}$ :red[red] `code`"),
    quote("<script>alert(1)</script><img src=x onerror=alert(1)>"),
    "a" * 100_000,
    "eJzLSM3JyQcABiwCFQ",
)
SOME = 0.3  # share of a page's parameters that stand in a good address


def good(chance: random.Random, page: str) -> str:
    """A query of this page that can be shown, but for a lesson or room that nobody has opened."""
    own = {name: make for name, make in PAGES[page].items() if chance.random() < SOME}
    with_company = own | {name: make for name, make in COMPANIONS.items() if chance.random() < SOME / 4}
    return "&".join(f"{name}={make(chance)}" for name, make in with_company.items())


def odd(chance: random.Random, page: str) -> str:
    """A query in which something is wrong, twice or unknown."""
    names = [*PAGES[page], *COMPANIONS, "unknown", quote("*Z*1"), "%FF", "model"]
    wrong = [f"{chance.choice(names)}={chance.choice(ODD)}" for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.1:
        wrong += [chance.choice(("&&&=&=", "z1", "?", "%", "z1=1&z1=2&z1=x"))]
    return "&".join(filter(None, [*wrong, good(chance, page)]))


def told(chance: random.Random, page: str) -> tuple[str, str, dict[str, Any]] | None:
    """What the component of this page tells when it is touched: its key, the value's name, the value.

    Some of it is nothing that a hand can do. None for a page without such a component.
    """
    point = [PLACE(chance), PLACE(chance)] if chance.random() < 0.8 else chance.choice(NO_POINTS)
    tells: dict[str, tuple[str, str, dict[str, Any]]] = {
        "": ("latent_map_plane", "pin", {"pin": point}),
        "one_digit": (
            "one_digit_machine",
            "digit",
            {
                "clean": base64.b64encode(chance.randbytes(chance.choice((PIXELS, 3)))).decode(),
                "noise": chance.random(),
                "rubbed": "",
                "eps": point,
            },
        ),
        "continuity": (
            "continuity_walk",
            "walk",
            {"a": point, "b": [1.0, 1.0], "point": point, "t": chance.random()},
        ),
        "completeness": (
            "completeness_maps",
            "twin",
            {"rung": chance.choice(("beta-4", "beta-8", "nobody")), "side": "right", "point": point},
        ),
        "training": (
            "training_course",
            "shown",
            {"run": SHIPPED, "epoch": chance.randint(0, 9), "pin": point, "dataset": "mnist"},
        ),
    }
    return tells.get(page)


NO_POINTS: tuple[Any, ...] = (
    None,
    [],
    ["1", 2],
    [math.inf, 0],
    [math.nan, 0],
    [1e300, -1e300],
    {"z": 1},
    [[0], 1],
)
