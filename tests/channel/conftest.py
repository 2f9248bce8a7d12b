"""A real server with two small decoders, for every test of the channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server, service_of
from vae.serving import channel
from vae.serving.decoding import DecoderService


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecoderService]:
    folder = tmp_path_factory.mktemp("checkpoints")
    with service_of(folder, "vae", "beta") as service:
        yield service


@pytest.fixture(scope="module")
def server(service: DecoderService) -> Iterator[Server]:
    with Server(channel.routes(lambda: service)).running() as server:
        yield server
