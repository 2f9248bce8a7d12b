"""A real server with two small decoders, for every test of the channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server, service_of
from vae.serving import channel, health
from vae.serving.decoding import DecoderService
from vae.serving.room import Room


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecoderService]:
    folder = tmp_path_factory.mktemp("checkpoints")
    with service_of(folder, "vae", "beta") as service:
        yield service


@pytest.fixture(scope="module")
def server(service: DecoderService) -> Iterator[Server]:
    with Server(
        [*channel.routes(lambda: service), *health.routes(lambda: service, Room())]
    ).running() as server:
        yield server
