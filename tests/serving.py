"""Small real checkpoints, and servers to talk to, for the tests of the serving side."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
import uvicorn
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from pages.components.mount.admission import full
from vae.bench.server import ROOT
from vae.config import ModelConfig, TrainingConfig
from vae.model import checkpoint
from vae.model.network import VAE
from vae.serving import passes
from vae.serving.decoding import DecoderService, Visitors
from vae.serving.sockets import Watch, watch


def write_checkpoint(path: Path, seed: int = 0, digits: int = 50, variational: bool = True) -> VAE:
    """Save a small, untrained, but real model to `path`; its pictures differ from point to point."""
    config = ModelConfig(hidden=32, encoder_blocks=0, decoder_blocks=1, variational=variational)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = VAE(config).eval()
        for parameter in model.decoder.parameters():
            torch.nn.init.normal_(parameter, std=0.6)
    rng = np.random.default_rng(seed)
    latents = checkpoint.Latents(
        means=rng.normal(size=(digits, 2)).astype(np.float32),
        log_variances=rng.normal(0 if variational else -np.inf, size=(digits, 2)).astype(np.float32),
        labels=rng.integers(0, 10, digits).astype(np.uint8),
    )
    checkpoint.save(
        checkpoint.Checkpoint(config, TrainingConfig(seed=seed), model.state_dict(), latents), path
    )
    return checkpoint.load(path).build()  # a file may keep weights less exactly than they were


def copy_project(folder: Path, *others: str) -> Path:
    """The app and `others` of its files and folders; without its checkpoints, to be given other ones."""
    for name in ("vae", "pages", ".streamlit", "app.py", *others):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


@contextmanager
def service_of(folder: Path, *names: str, visitors: Visitors | None = None) -> Iterator[DecoderService]:
    """A service with a small model of its own for each name."""
    for seed, name in enumerate(names):
        write_checkpoint(folder / f"{name}.pt", seed)
    service = DecoderService(folder, torch.device("cpu"), visitors)
    try:
        yield service
    finally:
        service.close()


class HeldDrawing:
    """`passes.draw`, held until it is let go; counts the points of each pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go, self.passes = threading.Event(), threading.Event(), list[int]()
        self._draw = passes.draw
        monkeypatch.setattr(passes, "draw", self)

    def __call__(self, model: VAE, z: NDArray[np.float32], device: torch.device) -> NDArray[np.uint8]:
        self.passes.append(len(z))
        self.begun.set()
        assert self.go.wait(20)
        return self._draw(model, z, device)


class Server(uvicorn.Server):
    """A real server on a free port of this machine, in a thread, with the settings Streamlit uses.

    Its sockets have the limits that the app's have; it serves `most` connections.
    """

    def __init__(self, routes: list[BaseRoute], most: int = 1000) -> None:
        settings = {"ws": "websockets-sansio", "ws_per_message_deflate": False, "log_config": None}
        super().__init__(uvicorn.Config(Starlette(routes=routes), **settings))
        self._socket = socket.create_server(("127.0.0.1", 0))
        # The system's own buffers hold tens of megabytes; small ones show what the server holds.
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, buffer, 2**16)
        self._ready = threading.Event()
        self._most = most
        self.address: tuple[str, int] = self._socket.getsockname()
        self.host = "{}:{}".format(*self.address)

    connections: Watch

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.connections = watch(self.config, self._most, full)
        await super().startup(sockets)
        self._ready.set()

    @contextmanager
    def running(self) -> Iterator[Server]:
        thread = threading.Thread(target=self.run, args=([self._socket],))
        thread.start()
        assert self._ready.wait(20)
        try:
            yield self
        finally:
            self.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
            self._socket.close()
