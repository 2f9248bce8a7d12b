"""One browser's Streamlit session, spoken over its own WebSocket as Streamlit's front end speaks it.

The messages are Streamlit's protocol buffers. They are looked up when the first session opens, and not
imported: the back end knows nothing of Streamlit, and a server of its own never loads this module.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

TOKEN = "PLACEHOLDER_AUTH_TOKEN"  # what a browser without a login sends
PATIENCE = 30.0  # seconds until a run must have ended
EARLY, BROKEN = 2, 1  # of ForwardMsg.ScriptFinishedStatus: for a newer run; the script does not compile


class Wrong(ValueError):
    """The server answered something else than it was asked for; the message is a kind of error."""


@dataclass
class Widget:
    """What the browser would tell of an element of the page."""

    id: str
    fragment: str  # that it lies in; empty for none
    state: dict[str, Any] | None  # field of WidgetState and value; None until the visitor has changed it


@dataclass
class Run:
    """What came of one run of the script."""

    html: list[str] = field(default_factory=list)
    components: list[Any] = field(default_factory=list)  # BidiComponent, in order


@dataclass
class Stream:
    """A session: what the browser knows of it. Raises Wrong, OSError, WebSocketException, TimeoutError."""

    url: str  # of the app, http…, without a slash at its end
    query: str  # of the page, without "?"
    session: str = ""
    page: str = ""  # the hash of the page that is shown
    named: str = ""  # the page in the address that was opened; empty for the first one
    pages: dict[str, str] = field(default_factory=dict)  # hashes by the pages' names in the address
    widgets: dict[tuple[int, ...], Widget] = field(default_factory=dict)  # by their place on the page
    begun_anew: int = 0  # times the server had forgotten the session
    _cached: dict[str, Any] = field(default_factory=dict)  # messages that may be told again by their hash
    _count: int = 0  # of what was told by components
    _socket: ClientConnection | None = None

    async def open(self, cookie: str = "") -> Run:
        """Connect, for the first time or again, and run the script; the run's outcome."""
        known = [self.session] if self.session else []
        self._socket = await connect(
            f"ws{self.url.removeprefix('http')}/_stcore/stream",
            subprotocols=["streamlit", TOKEN, *known],  # type: ignore[list-item]
            origin=self.url,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            max_size=None,
            max_queue=None,
        )
        return await self._run()

    async def go(self, page: str) -> Run:
        """Another page, by a link: widgets and address of the old one are left behind."""
        if page not in self.pages:
            raise Wrong(f"no page {page!r}")
        self.widgets.clear()
        companions = [part for part in self.query.split("&") if part.startswith("room=")]
        self.page, self.query = self.pages[page], "&".join(companions)
        return await self._run()

    async def tell(self, key: str, name: str, value: dict[str, Any]) -> Run:
        """What the visitor changed in the component with this key: one run of the fragment it lies in."""
        ours = [widget for widget in self.widgets.values() if widget.id.endswith(f"-{key}")]
        if not ours:
            raise Wrong(f"no component {key!r} on the page")
        self._count += 1
        ours[0].state = {"json_value": json.dumps({name: {**value, "count": self._count}})}
        return await self._run(ours[0].fragment)

    def abort(self) -> None:
        """End without a word, as a telephone does that is locked."""
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None

    async def _run(self, fragment: str = "") -> Run:
        """Ask for a run and read to its end."""
        assert self._socket is not None, "it is open"
        await self._socket.send(self._request(fragment))
        run, begun = Run(), False
        async with asyncio.timeout(PATIENCE):
            while True:
                message = _understood(await self._socket.recv(decode=False))
                kind = message.WhichOneof("type")
                if kind == "new_session":
                    begun = begun or list(message.metadata.run.fragment_ids) == [fragment] * bool(fragment)
                    self._begin(message.new_session)
                elif kind == "script_finished" and begun and message.script_finished != EARLY:
                    if message.script_finished == BROKEN:
                        raise Wrong("the script does not compile")
                    return run
                else:
                    self._take(kind, message, run)

    def _request(self, fragment: str) -> bytes:
        request = _messages("BackMsg")()
        asked = request.rerun_script
        asked.query_string, asked.page_script_hash, asked.fragment_id = self.query, self.page, fragment
        asked.page_name = "" if self.page else self.named
        for widget in self.widgets.values():
            if widget.state is not None:
                asked.widget_states.widgets.add(id=widget.id, **widget.state)
        asked.cached_message_hashes.extend(self._cached)
        asked.context_info.url = f"{self.url}/"
        asked.context_info.timezone, asked.context_info.locale = "UTC", "en-US"
        return bytes(request.SerializeToString())

    def _begin(self, told: Any) -> None:
        session = told.initialize.session_id
        if self.session and session != self.session:
            self.begun_anew += 1
        self.session = session

    def _take(self, kind: str, message: Any, run: Run) -> None:
        if message.metadata.cacheable:
            self._cached[message.hash] = message
        if kind == "ref_hash":
            self._take_again(message, run)
        elif kind == "delta":
            self._draw(message, run)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "navigation":
            told = message.navigation
            self.page = told.page_script_hash
            self.pages = {page.url_pathname: page.page_script_hash for page in told.app_pages}
        elif kind == "page_not_found":
            raise Wrong("the page is not found")

    def _take_again(self, message: Any, run: Run) -> None:
        if message.ref_hash not in self._cached:
            raise Wrong("a message that was never sent")
        known = type(message).FromString(self._cached[message.ref_hash].SerializeToString())
        known.metadata.CopyFrom(message.metadata)
        known.metadata.cacheable = False
        self._take(known.WhichOneof("type"), known, run)

    def _draw(self, message: Any, run: Run) -> None:
        element = message.delta.new_element
        kind, place = element.WhichOneof("type"), tuple(message.metadata.delta_path)
        if kind == "exception":
            raise Wrong(f"the page shows {element.exception.type}")
        if kind == "html":
            run.html.append(element.html.body)
        if kind == "bidi_component":
            run.components.append(element.bidi_component)
        fragment = message.delta.fragment_id
        if known := _widget(kind, element, fragment):
            before = self.widgets.get(place)
            if before is None or before.id != known.id or known.state is not None:
                self.widgets[place] = known
        else:
            self.widgets.pop(place, None)


def _widget(kind: str | None, element: Any, fragment: str) -> Widget | None:
    """The widget that an element is; of the kinds that lie beside the map."""
    if kind == "bidi_component":
        return Widget(element.bidi_component.id, fragment, None)
    if kind == "checkbox":
        box = element.checkbox
        return Widget(box.id, fragment, {"bool_value": box.value if box.set_value else box.default})
    if kind == "text_input":
        line = element.text_input
        return Widget(line.id, fragment, {"string_value": line.value if line.set_value else line.default})
    if kind == "button_group":
        group = element.button_group
        chosen = [group.options[index].content for index in group.default]
        chosen = list(group.raw_values) if group.set_value else chosen
        return Widget(group.id, fragment, {"string_array_value": {"data": chosen}})
    return None


def _understood(frame: bytes) -> Any:
    """The ForwardMsg in a frame. Raises Wrong for what is none."""
    try:
        return _messages("ForwardMsg").FromString(frame)
    except importlib.import_module("google.protobuf.message").DecodeError:
        raise Wrong("no message of Streamlit's") from None


def _messages(name: str) -> Any:
    """The class of a protocol buffer of Streamlit's."""
    return getattr(importlib.import_module(f"streamlit.proto.{name}_pb2"), name)
