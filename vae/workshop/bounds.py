"""How much the workshop keeps, and what goes first when there is no room: all of it stated on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vae.workshop.folder import RunFolder

MOST_RUNS = 40
MOST_BYTES = 10**9  # of all runs together
UNFINISHED = 3  # runs of one visitor at a time that wait, train or are paused
EACH = 10  # runs of one visitor that are kept, the oldest without its owner goes first
# Seconds without its owner after which a run that waits loses its place, and one that trains as well if
# somebody waits. Browsers wake a page that is not looked at once a minute.
AWAY = 150.0
BUSY = ("waiting", "training")

FULL = (
    f"There is no room for another run: {MOST_RUNS} are kept, and all are in use. Discard one, or try again "
    "later."
)
TOO_MANY = (
    f"You have {UNFINISHED} trainings that are not finished. Wait for one, or discard one, then start again."
)
TOO_MANY_KEPT = f"{EACH} of your runs are kept: discard one, then start again."
OUT_OF_ROOM = "The server's disk space for runs is used up: discard a run, then resume this one."


def next_to_go(runs: Mapping[str, RunFolder], is_there: Callable[[str], bool]) -> str | None:
    """The oldest run whose owner is not there and that neither trains nor waits; None if there is none."""
    idle = {}
    for run, folder in runs.items():
        standing = folder.standing()
        if standing is None:
            idle[run] = 0.0
        elif standing.state not in BUSY and not is_there(run):
            idle[run] = standing.since
    return min(idle, key=lambda run: idle[run], default=None)


def total(runs: Mapping[str, RunFolder]) -> int:
    """Bytes of all runs."""
    return sum(folder.size() for folder in runs.values())
