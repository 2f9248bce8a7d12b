"""A real server with two small decoders, for every test of the channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tests.serving import Server, write_checkpoint
from vae.serving import channel
from vae.serving.decoding import DecoderService


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecoderService]:
    folder = tmp_path_factory.mktemp("checkpoints")
    write_checkpoint(folder / "vae.pt")
    write_checkpoint(folder / "beta.pt", seed=1)
    service = DecoderService(folder, torch.device("cpu"))
    yield service
    service.close()


@pytest.fixture(scope="module")
def server(service: DecoderService) -> Iterator[Server]:
    with Server(channel.routes(lambda: service)).running() as server:
        yield server
