"""Answers that take seconds to make: made once, one at a time, for however many ask."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from vae.serving.batching import BatcherClosed, QueueFull
from vae.serving.errors import UnknownCheckpoint
from vae.serving.payload import Payload

KEPT = 64  # answers
WAITING = 32  # answers made or waiting: the last of them still comes within a few seconds

Key = TypeVar("Key", bound=Hashable)


class Once(Generic[Key]):
    """`make(key)`, one at a time on a thread: each is a long piece of work that must leave room for others.

    What many ask for is made once; what has begun is finished, even if all who asked have left. Whoever waits
    holds no thread, so that a class that waits stands in nobody's way. The last `KEPT` are kept.
    """

    def __init__(self, make: Callable[[Key], Payload]) -> None:
        self._make = make
        self._kept: OrderedDict[Key, Payload] = OrderedDict()
        self._begun: dict[Key, asyncio.Task[Payload]] = {}
        self._making = asyncio.Lock()

    async def answer(self, request: Request, key: Key) -> Response:
        """The answer for a request; if it cannot be made, one sentence."""
        try:
            found = await self.get(key)
        except UnknownCheckpoint as error:
            return PlainTextResponse(str(error), 404)
        except (QueueFull, TimeoutError, BatcherClosed):
            return PlainTextResponse("The server has too much to do; try again in a moment.", 503)
        except Exception:
            logging.getLogger(__name__).exception("A picture of the plane could not be made.")
            return PlainTextResponse("This picture could not be made; the server's log says why.", 500)
        return found.response(request)

    async def get(self, key: Key) -> Payload:
        """Raises QueueFull if `WAITING` others are to be made first, and what `make` raises."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._begun:
            if len(self._begun) >= WAITING:
                raise QueueFull(f"{WAITING} pictures are waiting already; try again.")
            self._begun[key] = asyncio.create_task(self._add(key))
            self._begun[key].add_done_callback(partial(self._ended, key))
        return await asyncio.shield(self._begun[key])

    async def _add(self, key: Key) -> Payload:
        async with self._making:
            made = await run_in_threadpool(self._make, key)
        self._kept[key] = made
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    def _ended(self, key: Key, task: asyncio.Task[Payload]) -> None:
        del self._begun[key]
        if not task.cancelled():
            task.exception()  # seen, even if nobody waits for it any more
