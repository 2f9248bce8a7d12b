"""Names for people who say none: two words, friendly, of no language's grammatical gender, nobody's own."""

from __future__ import annotations

import random
from collections.abc import Container

FIRST = (
    "Able", "Agile", "Alert", "Ample", "Brave", "Breezy", "Bright", "Brisk", "Calm", "Candid", "Cheery",
    "Clear", "Clever", "Cosmic", "Cosy", "Curious", "Deft", "Eager", "Early", "Fair", "Fond", "Free",
    "Fresh", "Gentle", "Glad", "Grand", "Happy", "Hardy", "Honest", "Jolly", "Keen", "Kind", "Lively",
    "Loyal", "Lucky", "Merry", "Mighty", "Neat", "Noble", "Patient", "Polite", "Proud", "Quick", "Quiet",
    "Ready", "Steady", "Sunny", "Swift", "Tidy", "Warm", "Wise", "Witty",
)  # fmt: skip
SECOND = (
    "Acorn", "Almond", "Apple", "Aspen", "Badger", "Beaver", "Birch", "Bison", "Cedar", "Cherry",
    "Clover", "Comet", "Condor", "Coral", "Crane", "Daisy", "Dolphin", "Eagle", "Falcon", "Fern", "Finch",
    "Fox", "Gecko", "Hazel", "Heron", "Iris", "Jaguar", "Koala", "Lark", "Lemon", "Lilac", "Lily", "Lynx",
    "Mango", "Maple", "Meadow", "Mint", "Moon", "Olive", "Orca", "Orchid", "Otter", "Owl", "Panda",
    "Peach", "Pebble", "Puffin", "Puma", "River", "Robin", "Seal", "Star", "Swan", "Tiger", "Tulip",
    "Willow",
)  # fmt: skip


def new_name(taken: Container[str], rng: random.Random) -> str:
    """A name that is not taken, as "Brave Otter". Raises ValueError when all are: there are 2,912."""
    names = len(FIRST) * len(SECOND)
    start = rng.randrange(names)
    for index in range(names):
        first, second = divmod((start + index * len(SECOND) + index // len(FIRST)) % names, len(SECOND))
        name = f"{FIRST[first]} {SECOND[second]}"
        if name not in taken:
            return name
    raise ValueError("Every name is taken.")
