"""How many visitors this process has room for, and how much of that is taken."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sized
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

try:
    import resource
except ImportError:  # Windows knows no such limits
    resource = None  # type: ignore[assignment]

ENOUGH = 65_536  # descriptors; more are of no use to one process
RESERVED = 64  # descriptors for files, libraries and the server's own sockets
A_SESSION = 3  # descriptors, kept until two minutes after its visitor left
A_VISITOR = A_SESSION + 6  # its sockets, and what a page opens while it loads
MOST_VISITORS = 1000  # a session costs memory, too
CROWDED = 0.8  # of the room; from there on the server calls itself degraded
WINDOWS_SOCKETS = 512  # what the C runtime allows


class Taken(NamedTuple):
    """How many of something there are, -1 where the system does not tell, and how many there may be."""

    open: int
    limit: int


def raise_limit() -> None:
    """Allow this process as many open files and sockets as the system lets it have."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    while soft < wanted:
        with suppress(OSError, ValueError):  # macOS calls it unlimited and means 10,240
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return
        wanted //= 2


def descriptors() -> Taken:
    """Open files and sockets of this process."""
    folder = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
    try:
        there = len(os.listdir(folder)) - 1  # without the one that lists them
    except OSError:
        there = -1
    limit = WINDOWS_SOCKETS if resource is None else resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return Taken(there, limit)


def memory() -> int | None:
    """Bytes of memory that this process occupies; None where the system does not tell."""
    with suppress(OSError, ValueError, AttributeError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return None


def give_memory_back() -> None:
    """Hand the system what is free between used pieces; glibc keeps it, and a day's use looks like a leak.

    Elsewhere nothing happens. It takes some milliseconds, other threads go on meanwhile.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


@dataclass
class Room:
    """What of this process is taken. The web server counts, pages and /healthz look."""

    sessions: int = 0
    connections: Sized = ()

    @property
    def most_sessions(self) -> int:
        """Visitors whom the descriptors are enough for."""
        return max(1, min(MOST_VISITORS, (descriptors().limit - RESERVED) // A_VISITOR))

    @property
    def most_connections(self) -> int:
        """Connections for so many visitors, with those that their pages open while they load."""
        return self.most_sessions * (A_VISITOR - A_SESSION)

    def taken(self) -> dict[str, Taken]:
        """How much is in use of what there is, by name."""
        return {
            "descriptors": descriptors(),
            "sessions": Taken(self.sessions, self.most_sessions),
            "connections": Taken(len(self.connections), self.most_connections),
        }

    @property
    def is_crowded(self) -> bool:
        """Whether most of anything is taken."""
        return any(part.open >= CROWDED * part.limit for part in self.taken().values())

    @property
    def is_full(self) -> bool:
        """Whether one more visitor is one too many."""
        files = descriptors()
        return self.sessions >= self.most_sessions or files.limit - files.open < A_VISITOR
