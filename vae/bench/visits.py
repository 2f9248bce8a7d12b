"""Visits to all pages by Streamlit sessions of their own, which end without a word."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from vae.bench.addresses import PAGES, good, odd, told
from vae.bench.stream import Run, Stream, Wrong
from vae.bench.student import Interrupted, Notes

ODD = 0.25  # share of the addresses
STAYS = 0.4  # share of the visitors who do something on the page, and then perhaps something else
MOST_STEPS = 4
PAUSE = (0.0, 2.0)  # seconds between two of them


async def visit(url: str, chance: random.Random, notes: Notes) -> None:
    """One address, whatever comes of it."""
    page = chance.choice(list(PAGES))
    is_odd = chance.random() < ODD
    stream = Stream(url, (odd if is_odd else good)(chance, page), named=page)
    kind = f"{'odd' if is_odd else 'good'} address of {page or 'latent_map'}"
    with suppress(Interrupted):
        try:
            with notes.doing(kind):
                require_page(await stream.open())
            notes.done["odd addresses" if is_odd else "good addresses"] += 1
            if chance.random() < STAYS:
                await _stay(stream, page, chance, notes)
        finally:
            stream.abort()


async def _stay(stream: Stream, page: str, chance: random.Random, notes: Notes) -> None:
    """A few steps: to another page, or something told by the page's component. Raises Interrupted."""
    for _ in range(chance.randint(1, MOST_STEPS)):
        await asyncio.sleep(chance.uniform(*PAUSE))
        change = told(chance, page)
        if change is None or chance.random() < 0.4:
            page = chance.choice(list(PAGES))
            with notes.doing(f"to the page {page or 'latent_map'}"):
                require_page(await stream.go(page))
        else:
            with notes.doing(f"told by {change[0]}"):
                await stream.tell(*change)
        notes.done["steps"] += 1


def require_page(run: Run) -> None:
    """Raises Wrong for a run that drew nothing of ours."""
    if not run.components:
        raise Wrong("an empty page")
