"""Files that visitors bring along: received piece by piece, opened as a stranger's, a few at a time."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import Request

from vae.serving.intake import Intake, parts, worked_on
from vae.workshop.errors import Unusable

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from vae.model.checkpoint import Checkpoint

MOST_BYTES = 64 * 2**20  # of a file
AT_ONCE = 1  # files opened at a time: each may take a few hundred MB of memory for a moment
ON_THE_WAY = 8  # files that come in or wait

Answer = TypeVar("Answer")

TOO_LARGE = f"The file is larger than {MOST_BYTES // 2**20} MB: bring a smaller one."
NO_CHECKPOINT = (
    "This file is no checkpoint of Latent Atlas that can be opened: choose a .pt file it has made."
)


class Uploads:
    """Receives files for many visitors. Whoever waits holds no thread, and no memory."""

    def __init__(self) -> None:
        self._intake = Intake(AT_ONCE, ON_THE_WAY)

    async def opened(self, request: Request, suffix: str, use: Callable[[Path], Answer]) -> Answer:
        """What `use` makes of the body, in a file that is gone afterwards.

        Raises TooLarge as soon as that is known, TooMany, and what `use` raises.
        """
        async with self._intake.place(), received(request, suffix) as path, self._intake.free:
            return await worked_on(lambda: use(path))


@asynccontextmanager
async def received(request: Request, suffix: str) -> AsyncIterator[Path]:
    """The body in a file. Raises TooLarge."""
    with tempfile.TemporaryDirectory(prefix="latent-atlas-") as folder:
        path = Path(folder) / f"upload{suffix}"
        with path.open("wb") as stream:
            async for part in parts(request, MOST_BYTES):
                stream.write(part)
        yield path


def brought(path: Path) -> Checkpoint:
    """A checkpoint from a stranger, without what training needs to go on. Raises Unusable."""
    from vae.model.checkpoint import CheckpointError, load

    try:
        return replace(load(path), progress=None)
    except CheckpointError as error:
        raise Unusable(NO_CHECKPOINT) from error
