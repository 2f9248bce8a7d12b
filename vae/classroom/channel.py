"""A room over HTTP and WebSocket. This is the whole protocol.

HTTP
    POST /rooms                   201 {"code", "secret"}. The code is five of the letters FHJKLMPRTWXYZ, to be
                                  typed in any case; whoever has the secret is the teacher. 503 where there
                                  are too many rooms.
    GET /rooms/{code}/export.csv  with the header X-Room-Secret: a table, a line a student. 403, 404, 429.
    Refusals are one sentence of plain text.

WebSocket /room/{code}
    Frames are text, one JSON object with one key, at most 4,096 bytes from a client. First, within 10 s:
    {"hello": {"secret": X}}      the teacher; up to 8 connections at once
    {"hello": {"token": null}}    a student who is new: gets a name and a token
    {"hello": {"token": X}}       a student who comes back. A token that this room does not know (any more)
                                  makes a new student; "welcome" says who one is.
    A student has one connection. A newer one with the same token closes the older one with 4409, after which
    a client must not come back by itself.

A student may say (5 frames a second on average, 20 at once; more are dropped, more than 40 close with 4429.
What is dragged is therefore sent at most four times a second, and once more when it is let go):
    {"pin": {"model": M, "z1": x, "z2": y}}     ignored while "frozen"
    {"answer": {"step": S, "value": V}}         V: the index of an option (choice), [z1, z2] (point), or all
                                                indices in the student's order (order). The first answer to
                                                the question that is "asked" counts; any other is ignored.
    {"leave": {}}                               the room forgets this student; closed with 1000

A student hears
    {"welcome": {"name", "token"}}              first
    {"room": {…}}                               all of these keys at first, later those that changed:
        "frozen": bool                          pins stand still
        "shown": bool                           everybody's pins are shown; when it is false, forget them
        "address": {"page": P, "address": {…}}  the page, with its parameters, where all are to be; or null
        "step": S or null                       of the lesson
        "asked": {"step", "kind", "question", "options": […], "model"} or null: the question that is on.
                                                "options" is [] for a point, "model" is "" for the others
        "revealed": {S: summary}                {"kind", "answers": n}, and by kind "counts"[option] (choice),
                                                "points": [[z1, z2], …] (point), "counts"[option][position]
                                                (order)
        "picked": {"name", "model", "z1", "z2"} or null
        "members": n                            students who are connected, this one too
    {"pins": {"whole": bool, "by": {name: {"model", "z1", "z2"} or null}}}
                                                only while "shown". To be merged by name; null: it is gone;
                                                whole: it replaces all that was heard before
    {"you": {"pin": {"model", "z1", "z2"} or null, "answers": {S: V}}}
                                                replaces the one before: what the room holds of this student.
                                                An answer that is here counts; a pin that is not was ignored
    {"removed": {}}, then 4411                  by the teacher; the token opens nothing any more
    {"ended": {"why": sentence}}, then 4410     the room is no more
    What the teacher sets comes within a tenth of a second; counts and others' pins once a second at most.
    "you" comes before or after the others.

The teacher may say (20 frames a second on average, 100 at once)
    {"freeze": {}}  {"unfreeze": {}}
    {"clear": {}}                                          takes all pins away
    {"reveal": {"pins": true}}  {"hide": {"pins": true}}   everybody's pins, with names, to all students
    {"reveal": {"step": S}}  {"hide": {"step": S}}         a step's answers as they are now, summed up without
                                                           names; revealing closes its question
    {"pick": {"name": N}}  {"pick": null}                  one student's pin to all, wherever it moves
    {"pace": {"page": P, "address": {…}, "step": S or null}}  {"pace": null}
    {"ask": {"step": S, "kind": "choice" or "order", "question": text, "options": [2 to 12 texts]}}
    {"ask": {"step": S, "kind": "point", "question": text, "model": M}}
    {"close": {}}                                          no question is on; answers are kept
    {"remove": {"name": N}}
    {"end": {}}
    The same question once more goes on, with the answers that it has; another one at its step begins anew.
    The answers of 60 questions are kept.

The teacher hears, ten times a second at most
    {"state": {…}}                              replaces all that was heard before:
        "code", "frozen", "shown", "address", "step", "asked", "revealed", "picked"
        "members": {name: {"here": bool}}
        "pins": {name: {"model", "z1", "z2", "at"}}        at: seconds after the room was opened
        "questions": {S: question}              like "asked"
        "answers": {S: {name: V}}
    {"changes": {…}}                            of the same keys those that changed. To be merged: "members",
                                                "pins" (null: gone) and "questions" by their keys, "answers"
                                                by step and name; the others replace
    {"ended": {"why": sentence}}, then 4410

S, M, P and the keys of an address are 1 to 64 of A-Z, a-z, 0-9, "_", "." and "-", and begin with neither "."
nor "-". Coordinates are kept to four decimals. Texts have at most 500 characters and no control characters;
they are to be shown as text, never as HTML.

Close codes, each with a sentence: 1000 left, 1003 not text, 1007 no such message, 1008 a page of another
host, 1009 too long, 1013 full, 4403 not allowed (a wrong secret, a teacher's word from a student), 4404 no
such room, 4408 no hello, 4409 open in another window, 4410 ended, 4411 removed, 4429 too much. After any
other code (1005, 1006, 1011, 1012), and a while after 1013 and 4429, a client may come back with its token
or secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vae.classroom.export import table
from vae.classroom.members import Parting
from vae.classroom.messages import (
    FORBIDDEN,
    TOO_MUCH,
)
from vae.classroom.rooms import Rooms
from vae.classroom.visits import PAUSE, say, visit
from vae.serving.channel import same_host
from vae.serving.connection import (
    FOREIGN,
    TRY_LATER,
    UNKNOWN,
    Refusal,
    host_of,
    tell,
)

GOODBYE = 1.0  # seconds in which everybody is told that the server ends
STATUS = {FORBIDDEN: 403, FOREIGN: 403, UNKNOWN: 404, TOO_MUCH: 429, TRY_LATER: 503}
SHUTTING_DOWN = "The server is shutting down, and this room with it."


def routes(
    rooms: Rooms, origin_allowed: Callable[[str | None, str | None], bool] = same_host
) -> list[BaseRoute]:
    """The routes of this module. `origin_allowed` gets the Origin and Host headers."""

    def check(connection: HTTPConnection) -> None:
        origin = connection.headers.get("origin")
        if not origin_allowed(origin, connection.headers.get("host")):
            raise Refusal(FOREIGN, f"Pages from {origin} may not use this server.")

    async def serve(websocket: WebSocket) -> None:
        rooms.visits += 1
        try:
            with suppress(WebSocketDisconnect):
                await websocket.accept()  # first, because a browser hides the reason of a refused handshake
                try:
                    check(websocket)
                    await visit(websocket, rooms)
                except Refusal as refusal:
                    if isinstance(refusal, Parting):
                        await say(websocket, refusal.frame)
                    await tell(websocket.close(refusal.code, refusal.reason))
        finally:
            rooms.visits -= 1

    async def open_room(request: Request) -> Response:
        try:
            check(request)
            room = rooms.open(host_of(request))
        except Refusal as refusal:
            return _refused(refusal)
        told = {"code": room.code, "secret": room.secret}
        return JSONResponse(told, 201, {"Cache-Control": "no-store"})

    async def export(request: Request) -> Response:
        secret = request.headers.get("x-room-secret", "")
        try:
            room = rooms.find(request.path_params["code"], host_of(request), secret)
            if not room.is_teacher(secret):
                raise Refusal(FORBIDDEN, "This is not the secret of this room.")
        except Refusal as refusal:
            return _refused(refusal)
        name = f'attachment; filename="room-{room.code}.csv"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": name}
        return Response(table(room), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        Route("/rooms", open_room, methods=["POST"]),
        Route("/rooms/{code}/export.csv", export),
        WebSocketRoute("/room/{code}", serve),
    ]


async def say_goodbye(rooms: Rooms) -> None:
    """End every room because the server ends; returns when all have been told, or after GOODBYE."""
    rooms.end_all(SHUTTING_DOWN)
    with suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE):
            while rooms.visits:
                await asyncio.sleep(PAUSE / 10)


def _refused(refusal: Refusal) -> Response:
    headers = {"Cache-Control": "no-store"}
    return PlainTextResponse(refusal.reason, STATUS[refusal.code], headers)
