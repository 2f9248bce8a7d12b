"""One open channel to the networks, over a WebSocket: what every such channel does alike.

A connection has one request in work; of those that arrive meanwhile only the newest is kept, and the ones it
overtook get no reply. Whatever is no request closes the connection with a code and a sentence. A client that
sends faster than it is answered is read slowly, so that its backlog stays in its own sockets.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from vae.serving.batching import BatcherClosed, Overdue, QueueFull
from vae.serving.errors import UnknownCheckpoint

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from vae.serving.decoding import DecoderService

HEADER = 4  # bytes: the sequence number
PACE = 0.005  # seconds until the next message is read of a client that did not wait for its reply

# Close codes: RFC 6455, section 7.4.1; 4404 is from the range left to applications.
GOING_AWAY, NOT_UNDERSTOOD, BAD_DATA, FOREIGN, TOO_BIG, FAILED, TRY_LATER, UNKNOWN = (
    1001, 1003, 1007, 1008, 1009, 1011, 1013, 4404,
)  # fmt: skip

Answer = TypeVar("Answer")


class Refusal(Exception):
    """The connection must be closed: a close code and a sentence of at most 123 bytes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:123].decode(errors="ignore")


class Request(NamedTuple):
    """A checked request."""

    sequence: bytes  # the u32 as it came; it goes back unread
    rows: NDArray[np.float32]  # what the network is given, (n, width)
    snapshot: int = 0  # of a run, which the history channel is asked for


class Connection(ABC):
    """One request in work, the newest of those that wait, nothing more. Raises Refusal."""

    def __init__(self, websocket: WebSocket, service: DecoderService) -> None:
        self.service = service
        self.name: str = websocket.path_params["name"]
        self.owner = host_of(websocket)
        self._websocket = websocket
        self._newest: Request | None = None
        self._arrived = asyncio.Event()

    @abstractmethod
    async def prepare(self) -> None:
        """Load what this channel shows, where nobody else waits. Raises Refusal if it is not there."""

    @staticmethod
    @abstractmethod
    def parse(frame: bytes) -> Request:
        """Read one binary frame. Raises Refusal for anything that is no request."""

    @abstractmethod
    async def answer(self, request: Request) -> bytes:
        """What follows the sequence number in the reply to this request."""

    def say(self, text: str) -> Mapping[str, object]:
        """The answer to a text frame, sent as JSON. Raises Refusal for what is not understood."""
        raise Refusal(NOT_UNDERSTOOD, "This channel understands no text.")

    async def serve(self) -> None:
        """Answer until the client leaves. Raises Refusal, or WebSocketDisconnect."""
        await self.prepare()
        await until_one_ends(self._read(), self._reply())

    async def wait_for(self, ask: Callable[[], Future[Answer]]) -> Answer:
        """What the network answers. Raises Refusal if it does not."""
        try:
            return await asyncio.wrap_future(ask())
        except UnknownCheckpoint as error:
            raise Refusal(UNKNOWN, "What this channel showed is not there any more.") from error
        except (QueueFull, Overdue) as error:
            raise Refusal(TRY_LATER, "The server has too much to do; try again in a moment.") from error
        except BatcherClosed as error:
            raise Refusal(GOING_AWAY, "The server is shutting down.") from error
        except Exception as error:
            logging.getLogger(__name__).exception("A request to the network failed.")
            raise Refusal(FAILED, "The network failed on this request; the server's log says why.") from error

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message["code"])
            if (frame := message.get("bytes")) is not None:
                overtaken, self._newest = self._newest, self.parse(frame)
                self._arrived.set()
                if overtaken is not None:
                    await asyncio.sleep(PACE)
            else:
                await tell(self._websocket.send_json(self.say(message.get("text") or "")))
                await asyncio.sleep(PACE)

    async def _reply(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            request, self._newest = self._newest, None
            assert request is not None
            await tell(self._websocket.send_bytes(request.sequence + await self.answer(request)))


def host_of(connection: HTTPConnection) -> str:
    """The address that somebody comes from, "" where there is none."""
    return connection.client.host if connection.client else ""


async def serve(
    websocket: WebSocket,
    service: Callable[[], DecoderService],
    connection: Callable[[WebSocket, DecoderService], Connection],
    origin_allowed: Callable[[str | None, str | None], bool],
) -> None:
    """Accept a client and answer it until it leaves; `service` is called where nobody else waits."""
    with suppress(WebSocketDisconnect):
        await websocket.accept()  # first, because a browser hides the reason of a refused handshake
        try:
            origin = websocket.headers.get("origin")
            if not origin_allowed(origin, websocket.headers.get("host")):
                raise Refusal(FOREIGN, f"Pages from {origin} may not use this server.")
            decoders = await run_in_threadpool(service)
            await connection(websocket, decoders).serve()
        except Refusal as refusal:
            await tell(websocket.close(refusal.code, refusal.reason))


async def until_one_ends(*works: Coroutine[object, object, None]) -> None:
    """Do all at once until one of them ends, or raises what this then raises; the others are given up."""
    tasks = {asyncio.create_task(work) for work in works}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def tell(sending: Awaitable[None]) -> None:
    """Send; a connection that the web server itself has closed meanwhile is one that the client left."""
    try:
        await sending
    except RuntimeError as error:
        raise WebSocketDisconnect(1006) from error
