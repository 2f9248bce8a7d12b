"""What visitors send is taken in piece by piece and within bounds, and worked on a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

Answer = TypeVar("Answer")


class TooLarge(Exception):
    """More bytes than a file may have."""


class TooMany(Exception):
    """More files come in than there is room for."""


class Intake:
    """Room for `on_the_way` files that come in or wait. Whoever waits holds no thread.

    `free` is a semaphore of as many as are worked on at a time.
    """

    def __init__(self, at_once: int, on_the_way: int) -> None:
        self.free = asyncio.Semaphore(at_once)
        self._room = on_the_way

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Keep the place of one file. Raises TooMany where there is none."""
        if self._room == 0:
            raise TooMany
        self._room -= 1
        try:
            yield
        finally:
            self._room += 1


async def parts(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body as it comes. Raises TooLarge as soon as it is known to have more than `most` bytes."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise TooLarge
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge
        yield part


async def worked_on(use: Callable[[], Answer]) -> Answer:
    """What `use` returns or raises, on a thread; afterwards nothing holds what it was working on.

    A future and the exception that it passes on hold each other, and with them the variables of every
    function that was left, until all memory is searched for garbage: a few refused files would fill it.
    """
    failed: list[Exception] = []

    def caught() -> list[Answer]:
        try:
            return [use()]
        except Exception as error:
            failed.append(error)
            return []

    answer = await run_in_threadpool(caught)
    if failed:
        raise failed.pop()
    return answer[0]
