"""Sessions that are closed on a timer, not when the next visitor comes."""

from __future__ import annotations

import asyncio

import pytest
from streamlit.runtime.caching.ttl_cache import TTLCache

from pages.components.mount import admission
from vae.serving import room
from vae.serving.room import Room, Taken


class Store(TTLCache[str, str]):
    """One session that has been away for 10 seconds, one that left just now; they are kept for 5 seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(128, 5.0, timer=lambda: self.now)
        self["long"] = "away"
        self.now = 10.0
        self["just"] = "left"

    @property
    def kept(self) -> list[str]:
        return list(self._data)


@pytest.mark.parametrize(("taken", "kept"), [(10, ["just"]), (90, [])], ids=["roomy", "crowded"])
def test_who_left_is_forgotten_in_time_and_in_a_crowd_at_once(
    monkeypatch: pytest.MonkeyPatch, taken: int, kept: list[str]
) -> None:
    store = Store()
    monkeypatch.setattr(admission, "SWEEP", 0.01)
    monkeypatch.setattr(admission, "_those_who_left", lambda: store)
    monkeypatch.setattr(room, "descriptors", lambda: Taken(taken, 100))
    assert store.kept == ["long", "just"] or store.kept == ["just"]

    async def stay() -> None:
        async with admission.forgetting(Room()), asyncio.timeout(20):
            while store.kept != kept:
                await asyncio.sleep(0.01)

    asyncio.run(stay())
