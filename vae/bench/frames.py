"""Frames on the channels to decoder and encoder: good ones, whose replies are checked, and bad ones.

Whoever sends a good frame stays for a while and must notice nothing of the others. A bad one comes on a
connection of its own, which must be closed with the right code and a reason.
"""

from __future__ import annotations

import asyncio
import random
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

import vae
from vae.bench.server import ROOT
from vae.bench.stream import PATIENCE, Wrong
from vae.bench.student import Interrupted, Notes
from vae.config import PIXELS
from vae.model import ladder
from vae.model.opened import Model
from vae.plane.limits import LIMIT, MAX_POINTS

Channel = Literal["decode", "encode"]

MODELS = ("vae", "autoencoder", *(ladder.name(beta) for beta in ladder.BETAS if beta))
BAD = 0.02  # share of the frames
COMPARED = 0.005  # share of the good ones whose reply is compared with what the file itself says
STAYS = (100, 2000)  # frames until whoever sent them leaves
BOX = 4.0  # half the side of the part of the plane that is asked for
SAME = 1e-3  # posteriors differ by less, absolutely and relatively; pictures by 1 of 255 at most
FOREIGN = "http://elsewhere.example"


class Bad(NamedTuple):
    """A frame that is none, or one that comes from where it may not, and the code it is answered with."""

    code: int
    frame: bytes | str
    channel: Channel = "decode"
    model: str = MODELS[0]
    origin: str = ""  # of the page it comes from; empty for the app's own
    is_text: bool = False  # bytes that are sent as if they were text


def points(*coordinates: float) -> bytes:
    """A request with sequence number 7 for these z1, z2, z1, ..."""
    return struct.pack(f"<I{len(coordinates)}f", 7, *coordinates)


BAD_FRAMES = {
    "empty": Bad(1007, b""),
    "no point": Bad(1007, points()),
    "half a point": Bad(1007, points(0.5)),
    "a byte too many": Bad(1007, points(0.5, 0.5) + b"!"),
    "NaN": Bad(1007, points(0.5, float("nan"))),
    "infinite": Bad(1007, points(float("-inf"), 0.5)),
    "too far": Bad(1007, points(0.5, 0.5, 0.5, np.nextafter(np.float32(LIMIT), np.float32(np.inf)))),
    "too many points": Bad(1009, points(*[0.5] * (2 * MAX_POINTS + 2))),
    "2 MB": Bad(1009, bytes(2**21)),
    "text": Bad(1003, "a picture of a 3, please"),
    "text that is none": Bad(1007, b"\xff\xfe\xfd", is_text=True),
    "no such model": Bad(4404, points(0.5, 0.5), model="nobody"),
    "a foreign page": Bad(1008, points(0.5, 0.5), origin=FOREIGN),
    "empty, to the encoder": Bad(1007, b"", "encode"),
    "half an image": Bad(1007, bytes(4 + PIXELS // 2), "encode"),
    "an image and a half": Bad(1009, bytes(4 + PIXELS + PIXELS // 2), "encode"),
    "text, to the encoder": Bad(1003, "status", "encode"),
    "no such model, to the encoder": Bad(4404, b"", "encode", "vae.pt"),
    "a foreign page, to the encoder": Bad(1008, b"", "encode", origin=FOREIGN),
}


class Originals:
    """What the models' own files say, each opened when it is first asked for."""

    def __init__(self, folder: Path = ROOT / "checkpoints") -> None:
        self._folder = folder
        self._opened: dict[str, Model] = {}
        self.compared = 0

    def _model(self, name: str) -> Model:
        if name not in self._opened:
            beta = ladder.beta_of(name)
            self._opened[name] = vae.load(self._folder / (ladder.file(beta) if beta else f"{name}.pt"))
        return self._opened[name]

    def check_pictures(self, name: str, z: NDArray[np.float32], pictures: bytes) -> None:
        """Raises Wrong if the model draws something else at these points, (n, 2)."""
        self.compared += 1
        told = np.frombuffer(pictures, np.uint8).reshape(len(z), PIXELS)
        own = 255 * np.asarray(self._model(name).decode(z)).reshape(len(z), PIXELS)
        if not (np.abs(told - own) <= 1).all():
            raise Wrong("the pictures are not the model's")

    def check_posterior(self, name: str, image: bytes, reply: bytes) -> None:
        """Raises Wrong if the model has another posterior for this image, or draws another at its mean."""
        own = self._model(name).encode(np.frombuffer(image, np.uint8).reshape(1, PIXELS))
        told = np.frombuffer(reply, "<f4", count=4)
        if not np.allclose(told, np.concatenate(own, axis=1)[0], SAME, SAME):
            raise Wrong("the posterior is not the model's")
        self.check_pictures(name, told[None, :2].astype(np.float32), reply[16:])


class Sender:
    """Sends frames one by one, on one of the channels, and on whichever a bad one is for."""

    def __init__(
        self, url: str, channel: Channel, chance: random.Random, notes: Notes, originals: Originals
    ) -> None:
        self._url, self._channel, self._chance = url, channel, chance
        self._notes, self._originals = notes, originals
        self._socket: ClientConnection | None = None
        self._model = MODELS[0]
        self._left = 0  # frames until this visit is over
        self._number = 0

    async def send(self) -> None:
        """One frame, good or bad, whatever comes of it."""
        with suppress(Interrupted):
            if self._chance.random() < BAD:
                kind = self._chance.choice(list(BAD_FRAMES))
                with self._notes.doing(f"bad frame ({kind})"):
                    await send_bad(self._url, BAD_FRAMES[kind])
                self._notes.done["bad frames"] += 1
                return
            try:
                with self._notes.doing(self._channel):
                    async with asyncio.timeout(PATIENCE):
                        await self._send_good()
            except Interrupted:
                self.leave()
                raise
            self._notes.done["good frames"] += 1

    def leave(self) -> None:
        """Without a word."""
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None

    async def _send_good(self) -> None:
        if self._left == 0 or self._socket is None:
            self.leave()
            self._left = self._chance.randint(*STAYS)
            self._model = self._chance.choice(MODELS)
            self._socket = await _open(self._url, self._channel, self._model, self._url)
        self._left -= 1
        self._number = (self._number + 1) % 2**32
        header = struct.pack("<I", self._number)
        if self._channel == "encode":
            await self._encode(self._socket, header)
        else:
            await self._decode(self._socket, header)

    async def _decode(self, socket: ClientConnection, header: bytes) -> None:
        chance = self._chance
        count = chance.choice((1, 1, 1, 1, 1, 1, 1, 2, 7, MAX_POINTS if chance.random() < 0.05 else 16))
        z = np.array([[chance.uniform(-BOX, BOX) for _ in range(2)] for _ in range(count)], "<f4")
        reply = await self._asked(socket, header + z.tobytes())
        check_length(reply, header, count * PIXELS)
        if chance.random() < COMPARED:
            self._originals.check_pictures(self._model, z, reply[4:])

    async def _encode(self, socket: ClientConnection, header: bytes) -> None:
        image = bytes(PIXELS // 4) + self._chance.randbytes(PIXELS // 2) + bytes(PIXELS // 4)
        reply = await self._asked(socket, header + image)
        check_length(reply, header, 16 + PIXELS)
        if self._chance.random() < COMPARED:
            self._originals.check_posterior(self._model, image, reply[4:])

    async def _asked(self, socket: ClientConnection, frame: bytes) -> bytes:
        """The reply to a frame, which is sent whole or in pieces, after a ping or a question or neither."""
        way = self._chance.random()
        if way < 0.02:
            await (await socket.ping())
        elif way < 0.04 and self._channel == "decode":
            await socket.send("status")
            if not str(await socket.recv()).startswith("{"):
                raise Wrong("no status")
        start = time.perf_counter()
        await socket.send([frame[:3], b"", frame[3:]] if way > 0.98 else frame)
        reply = await socket.recv(decode=False)
        if self._channel == "decode":
            self._notes.waits["decode"].append(time.perf_counter() - start)
        return reply


async def send_bad(url: str, bad: Bad) -> None:
    """Raises Wrong, OSError or ConnectionClosed, unless the code is the frame's and there is a reason."""
    socket = await _open(url, bad.channel, bad.model, bad.origin or url)
    try:
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionClosed):
                await socket.send(bad.frame, text=bad.is_text or None)
            await socket.recv()
    except ConnectionClosed as closed:
        if closed.rcvd is None or closed.rcvd.code != bad.code:
            raise
        if not closed.rcvd.reason:
            raise Wrong("closed without a reason") from closed
    else:
        raise Wrong("it was answered")
    finally:
        socket.transport.abort()


def check_length(reply: bytes, header: bytes, rest: int) -> None:
    """Raises Wrong for a reply to another request, or of another length."""
    if reply[:4] != header:
        raise Wrong("another request's reply")
    if len(reply) != 4 + rest:
        raise Wrong("a reply of another length")


async def _open(url: str, channel: Channel, model: str, origin: str) -> ClientConnection:
    return await connect(f"ws{url.removeprefix('http')}/{channel}/{model}", origin=origin)  # type: ignore[arg-type]
