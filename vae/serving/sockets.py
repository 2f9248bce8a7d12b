"""What one socket may cost everybody else: uvicorn's two protocols, with stated limits.

They lie below every route, Streamlit's own included. `watch` puts them in place; a web server other than
uvicorn is left as it is.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from vae.serving.allowance import Budget, Stopwatch

MAX_HEAD = 2**16  # bytes of a request beside its body
MAX_MESSAGE = 2**20  # bytes that a client may send as one WebSocket message
SLICE = 1024  # bytes that are read of a connection before others have their turn: at most 170 frames
HTTP_SLICE = 4096  # the same for HTTP: at most 700 chunks, or 220 requests
BODY_SLICE = 2**17  # of a body whose length was told before: one piece, however long
DEAREST = 0.004  # seconds that a slice can take
BACKLOG = 2**20  # bytes that may wait for their turn; a connection rests long before

HEADERS = 10.0  # seconds until a request must be there, and the next one on the same connection
BODY = 30.0  # seconds until the rest of a request must be there
MESSAGE = 20.0  # seconds until the rest of a WebSocket message must be there
UNREAD = 30.0  # seconds in which a client must read something of what it was sent; systems report in lumps
CLOSING = 10.0  # seconds for a farewell
OVERDRAWN = 10.0  # seconds in which a connection may go on taking more than its share
GLANCE = 1.0  # seconds between two looks at all connections


class Watch:
    """All connections of a server: how many there may be, and which of them cost too much.

    At most `most` connections are served, at most three quarters of them for one address; whoever comes
    later gets `full`, an ASGI app that says so. Beyond a tenth more nobody is listened to. A proxy on this
    machine speaks for many addresses and is not counted as one.
    """

    def __init__(self, most: int, full: ASGIApp) -> None:
        self.most = most
        self.full = full
        self._sockets: set[Watched] = set()
        self._addresses: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._sockets)

    def enter(self, socket: Watched) -> Literal["served", "full", "ignored"]:
        """Count a connection and say what becomes of it."""
        self._sockets.add(socket)
        self._addresses[socket.address] += 1
        if self._timer is None:
            self._timer = socket.loop.call_later(GLANCE, self._look, socket.loop)
        alone = 0 if _is_here(socket.address) else self._addresses[socket.address] / 0.75
        there = max(len(self._sockets), alone)
        return "served" if there <= self.most else "full" if there <= 1.1 * self.most else "ignored"

    def leave(self, socket: Watched) -> None:
        """The connection is no more; it may be told twice."""
        if socket in self._sockets:
            self._sockets.discard(socket)
            self._addresses -= Counter([socket.address])

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.monotonic()
        for socket in tuple(self._sockets):
            if socket.is_overdue(now):
                socket.transport.abort()
        self._timer = loop.call_later(GLANCE, self._look, loop) if self._sockets else None


class Watched(asyncio.Protocol):
    """What both protocols have in common: bytes are read in slices, each connection at its own expense.

    A subclass stands before one of uvicorn's protocols, which reads a slice as if it were all that came.
    """

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    client: tuple[str, int] | None
    app: ASGIApp

    def __init__(self, *, watch: Watch, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._watch = watch
        self._backlog = bytearray()
        self._budget = Budget()
        self._rest: asyncio.Handle | None = None  # until the next turn
        self._overdrawn = False
        self._unread = -1  # bytes, the fewest since the client was last seen to read; -1: it keeps up
        self._watches = {name: Stopwatch() for name in ("closing", "unread", "overdrawn", "silent")}

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        verdict = self._watch.enter(self)
        if verdict == "full":
            self.app = self._watch.full
        elif verdict == "ignored":
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._forget()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._backlog += data
        if len(self._backlog) > BACKLOG:
            self.transport.abort()
        elif self._rest is None:
            self._take_turns()
        else:
            self._read_on_or_not()  # uvicorn reads on when its app has taken something

    def pause_writing(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._unread = -1
        super().resume_writing()

    def is_overdue(self, now: float) -> bool:
        """Whether a limit is broken, as of `now`, seconds of the monotonic clock."""
        size = self.transport.get_write_buffer_size()
        if 0 <= size < self._unread:
            self._unread = size
        lasting = {
            "closing": (self.transport.is_closing(), CLOSING),
            "unread": (self._unread >= 0 and ("unread", self._unread), UNREAD),
            "overdrawn": (self._overdrawn, OVERDRAWN),
            "silent": self.awaited(),
        }
        return any(
            self._watches[name].lasts(state, now) > limit and bool(state)
            for name, (state, limit) in lasting.items()
        )

    def awaited(self) -> tuple[object, float]:
        """What the client still owes, if anything, and the seconds it has for it."""
        raise NotImplementedError

    def slice(self) -> int:
        """Bytes that are read before others have their turn."""
        return SLICE

    def is_held(self) -> bool:
        """Whether what waits must go on waiting, because the app has not taken what came before."""
        return False

    def feed(self, part: bytes) -> None:
        """Let uvicorn's protocol read a slice."""
        super().data_received(part)

    def _go_on(self) -> None:
        """The app has taken something, or answered: what waits may have its turn."""
        if self._rest is None and not self.transport.is_closing():
            self._rest = self.loop.call_soon(self._take_turns)

    def _take_turns(self) -> None:
        self._rest = None
        rest = 0.0
        while self._backlog and not rest and not self.is_held() and not self.transport.is_closing():
            started = time.perf_counter()
            size = self.slice()
            part = bytes(self._backlog[:size])
            del self._backlog[:size]
            self.feed(part)
            # A thread's own clock costs more than the slice; what others took meanwhile is not charged.
            rest = self._budget.spend(min(time.perf_counter() - started, DEAREST))
        self._overdrawn = rest > 0
        if rest:
            self._rest = self.loop.call_later(rest, self._take_turns)
        self._read_on_or_not()

    def _read_on_or_not(self) -> None:
        """While something waits here, the rest stays in the client's own sockets."""
        if self.transport.is_closing():
            return
        if self._backlog:
            self.transport.pause_reading()
        elif not self.is_held():
            self.transport.resume_reading()

    def _forget(self) -> None:
        self._watch.leave(self)
        self._backlog.clear()
        if self._rest is not None:
            self._rest.cancel()


class WatchedHttp(Watched, HttpToolsProtocol):
    """HTTP: a request, and its rest, must come in time, and its head must end.

    The parser takes whatever it is given, where others stop at a request that has to wait. So what comes
    behind such a request stays in the backlog.
    """

    _requests = 0  # whose heads came whole
    _head = 0  # bytes of the request so far that are not its body
    _body = 0  # bytes that are still to come of a body whose length was told

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.flow = Flow(self.transport, self._go_on)

    def feed(self, part: bytes) -> None:
        self._head += len(part)
        super().feed(part)
        if self._head > MAX_HEAD:
            self.transport.abort()

    def slice(self) -> int:
        return max(HTTP_SLICE, min(self._body, BODY_SLICE))

    def is_held(self) -> bool:
        return self.flow.read_paused or bool(self.pipeline)

    def awaited(self) -> tuple[object, float]:
        if self.cycle is None or self.cycle.response_complete:
            return ("request", self._requests), HEADERS
        return self.cycle.more_body and ("body", self._requests), BODY

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = self._body = 0

    def on_headers_complete(self) -> None:
        self._requests += 1
        super().on_headers_complete()
        self._body = int(dict(self.headers).get(b"content-length", 0))

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._head -= len(body)
        self._body -= len(body)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._go_on()

    def handle_websocket_upgrade(self) -> None:
        self._forget()  # from here on it is another protocol's
        super().handle_websocket_upgrade()


class Flow(FlowControl):
    """uvicorn's own, which also tells when reading goes on."""

    def __init__(self, transport: asyncio.Transport, go_on: Callable[[], None]) -> None:
        super().__init__(transport)
        self._go_on = go_on

    def resume_reading(self) -> None:
        super().resume_reading()
        self._go_on()


class WatchedWebSocket(Watched, WebSocketsSansIOProtocol):
    """WebSocket: one message at a time, whole within its time, and text that is text."""

    messages = 0  # that came whole

    def awaited(self) -> tuple[object, float]:
        half = not self.is_held() and bool(self.frames or self.conn.reader.buffer)
        return half and ("message", self.messages), MESSAGE

    def is_held(self) -> bool:
        return self.read_paused

    def send_receive_event_to_app(self) -> None:
        self.messages += 1
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self.frames = []
            self.conn.send_close(1007, "Text is UTF-8.")  # RFC 6455, section 7.4.1
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    async def receive(self) -> Any:
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self._go_on()
        return message


def watch(config: Config, most: int, full: ASGIApp) -> Watch:
    """Give a server that has not begun to listen watched connections; returns what watches them."""
    watching = Watch(most, full)
    config.ws_max_size = min(config.ws_max_size, MAX_MESSAGE)
    protocols: dict[str, Callable[..., asyncio.Protocol]] = {
        "http_protocol_class": partial(WatchedHttp, watch=watching),
        "ws_protocol_class": partial(WatchedWebSocket, watch=watching),
    }
    for name, protocol in protocols.items():
        setattr(config, name, protocol)
    return watching


def _is_here(address: str) -> bool:
    return not address or ipaddress.ip_address(address.removeprefix("::ffff:")).is_loopback


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
