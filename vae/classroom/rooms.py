"""All rooms of this process: how they are made, found and given up. No I/O."""

from __future__ import annotations

import ipaddress
import random
import time
from collections import OrderedDict
from secrets import SystemRandom

from vae.classroom.allowance import Allowance, Clock
from vae.classroom.messages import TOO_MUCH
from vae.classroom.room import Room
from vae.serving.connection import TRY_LATER, UNKNOWN, Refusal

LETTERS = "FHJKLMPRTWXYZ"  # none looks like another or like a figure, and without vowels they form no words
LENGTH = 5  # 371,293 codes
MOST_ROOMS = 50
MOST_OF_ONE = 25  # rooms that were opened from one address
A_DAY = 86_400.0  # seconds that a room lasts
NEVER_ENTERED, EMPTY = 60.0, 3600.0  # seconds without anybody, after which another room may have the place
GUESSES, GUESSES_A_SECOND = 20, 0.2  # codes that an address may name in vain: at once, and later
MOST_ADDRESSES = 4096  # of which guesses are counted
DAY_OVER = "This room was open for a day and has ended."


class Rooms:
    """Rooms by code. `clock` never goes back."""

    def __init__(self, clock: Clock = time.monotonic, rng: random.Random | None = None) -> None:
        self.visits = 0  # connections that are being served
        self.clock = clock
        self._rng = rng or SystemRandom()
        self._rooms: dict[str, Room] = {}
        self._openers: dict[str, str] = {}  # the address that each was opened from
        self._guesses: OrderedDict[str, Allowance] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rooms)

    def open(self, address: str) -> Room:
        """A new room. Raises Refusal where there are too many."""
        self.sweep()
        place = place_of(address)
        if len(self._rooms) >= MOST_ROOMS:
            self._give_up_one()
        if not _is_here(place) and list(self._openers.values()).count(place) >= MOST_OF_ONE:
            raise Refusal(TRY_LATER, "Too many rooms are open from your address; end one of them first.")
        code = self._new_code()
        self._rooms[code] = Room(code, self.clock, self._rng)
        self._openers[code] = place
        return self._rooms[code]

    def find(self, code: str, address: str, key: str | None = None) -> Room:
        """The room of a code. Raises Refusal if there is none, or if this address has guessed too often.

        Then it finds only rooms where somebody of the same address is, as in a school behind one address,
        or whose `key` it has: a token or the secret.
        """
        self.sweep()
        room, place = self._rooms.get(code.upper()), place_of(address)
        if room is not None and room.knows(place, key):
            return room
        guesses = self._guesses_of(place)
        if room is not None and guesses.left >= 1:
            return room
        if not guesses.take():
            raise Refusal(TOO_MUCH, "Too many wrong codes came from here; wait a minute and try again.")
        raise Refusal(UNKNOWN, "There is no room with this code; read it again, or ask whether it has ended.")

    def sweep(self) -> None:
        """Give up the rooms that have ended."""
        now = self.clock()
        for code, room in tuple(self._rooms.items()):
            if now - room.opened >= A_DAY:
                room.end(DAY_OVER)
            if room.ended:
                del self._rooms[code], self._openers[code]

    def end_all(self, why: str) -> None:
        """End every room, for one reason."""
        for room in self._rooms.values():
            room.end(why)
        self.sweep()

    def _give_up_one(self) -> None:
        """Of the rooms where nobody has been for long, the longest empty one. Raises Refusal."""
        now = self.clock()
        empty = [
            (room.empty_since, code)
            for code, room in self._rooms.items()
            if room.empty_since is not None
            and now - room.empty_since > (EMPTY if room.was_entered else NEVER_ENTERED)
        ]
        if not empty:
            raise Refusal(
                TRY_LATER, f"This server has {MOST_ROOMS} rooms, and all are taken; try again later."
            )
        code = min(empty)[1]
        del self._rooms[code], self._openers[code]

    def _new_code(self) -> str:
        while True:
            code = "".join(self._rng.choices(LETTERS, k=LENGTH))
            if code not in self._rooms:
                return code

    def _guesses_of(self, place: str) -> Allowance:
        if place not in self._guesses:
            self._guesses[place] = Allowance(GUESSES_A_SECOND, GUESSES, self.clock)
        self._guesses.move_to_end(place)
        if len(self._guesses) > MOST_ADDRESSES:
            self._guesses.popitem(last=False)
        return self._guesses[place]


def place_of(address: str) -> str:
    """An address as it is counted: of IPv6 the network of one household, 64 bits."""
    try:
        known = ipaddress.ip_address(address.removeprefix("::ffff:"))
    except ValueError:
        return address
    if known.version == 4 or known.is_loopback:
        return str(known)
    return str(ipaddress.IPv6Network((int(known), 64), strict=False))


def _is_here(place: str) -> bool:
    """A proxy on this machine that does not say for whom it speaks."""
    return place in ("127.0.0.1", "::1")
