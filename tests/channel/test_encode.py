"""The encode channel over real sockets: an image in, its posterior and the picture of its mean out."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.channel.talking import SOON, assert_serves, closing, talk
from tests.serving import HeldDrawing, Server, write_checkpoint
from vae.serving import channel
from vae.serving.channel import EncodeConnection
from vae.serving.connection import BAD_DATA, FOREIGN, GOING_AWAY, NOT_UNDERSTOOD, TOO_BIG, UNKNOWN, Refusal
from vae.serving.decoding import DecoderService

LENGTH = 4 + 784
REPLY = 4 + 16 + 784


def images(n: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (n, 784), dtype=np.uint8)


def request(sequence: int, grey: NDArray[np.uint8]) -> bytes:
    return struct.pack("<I", sequence) + grey.tobytes()


def wanted(service: DecoderService, name: str, grey: NDArray[np.uint8]) -> bytes:
    """What torch says, one image at a time."""
    model = service.model(name)
    with torch.inference_mode():
        posterior = model.encode(torch.from_numpy(grey[None].astype(np.float32) / 255))
    mean, log_variance = (part.numpy().astype("<f4") for part in posterior)
    return mean.tobytes() + log_variance.tobytes() + service.decode(name, mean).images.tobytes()


@pytest.mark.parametrize("name", ["vae", "beta"])
def test_a_reply_is_the_sequence_number_the_posterior_and_the_picture(
    server: Server, service: DecoderService, name: str
) -> None:
    async def ask(connection: ClientConnection) -> None:
        for sequence, grey in zip((0, 7, 2**32 - 1), images(3), strict=True):
            await connection.send(request(sequence, grey))
            assert await connection.recv() == struct.pack("<I", sequence) + wanted(service, name, grey)

    talk(server, ask, name, "encode")


def test_an_autoencoder_tells_that_it_has_no_width(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt", variational=False)
    service = DecoderService(tmp_path, torch.device("cpu"))

    async def ask(connection: ClientConnection) -> None:
        await connection.send(request(1, images(1)[0]))
        reply = await connection.recv()
        assert isinstance(reply, bytes)
        assert struct.unpack("<2f", reply[12:20]) == (-np.inf, -np.inf)

    with Server(channel.routes(lambda: service)).running() as server:
        talk(server, ask, "vae", "encode")
        service.close()
        talk(server, refused_as(GOING_AWAY), "vae", "encode")


def refused_as(code: int, frame: bytes | str = request(0, images(1)[0])):
    async def ask(connection: ClientConnection) -> None:
        await connection.send(frame)
        closed, reason = await closing(connection)
        assert closed == code
        assert reason.endswith(".")

    return ask


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", BAD_DATA),
        (bytes(4), BAD_DATA),
        (bytes(LENGTH - 1), BAD_DATA),
        (bytes(LENGTH + 1), TOO_BIG),
        (bytes(4 + 2 * 784), TOO_BIG),
        (bytes(2**20), TOO_BIG),
        ("status", NOT_UNDERSTOOD),
        ("", NOT_UNDERSTOOD),
    ],
)
def test_a_bad_frame_closes_its_connection_with_a_reason_and_no_other(
    server: Server, frame: bytes | str, code: int
) -> None:
    async def offend(connection: ClientConnection) -> None:
        async with connect(f"ws://{server.host}/encode/vae") as neighbour:
            await refused_as(code, frame)(connection)
            await neighbour.send(request(3, images(1)[0]))
            assert (await neighbour.recv())[:4] == struct.pack("<I", 3)

    talk(server, offend, "vae", "encode")


@given(st.binary(max_size=40) | st.binary(min_size=LENGTH - 2, max_size=LENGTH + 2))
def test_a_frame_is_read_exactly_or_refused_with_a_sentence(frame: bytes) -> None:
    if len(frame) != LENGTH:
        with pytest.raises(Refusal) as refused:
            EncodeConnection.parse(frame)
        assert refused.value.code == (TOO_BIG if len(frame) > LENGTH else BAD_DATA)
        assert 20 < len(refused.value.reason.encode()) <= 123
    else:
        sequence, rows, _ = EncodeConnection.parse(frame)
        assert rows.shape == (1, 784)
        assert ((rows >= 0) & (rows <= 1)).all()  # so the network is given finite numbers, whatever comes
        assert sequence + (rows * 255).round().astype(np.uint8).tobytes() == frame


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=20) | st.binary(min_size=LENGTH, max_size=LENGTH), min_size=1, max_size=4))
def test_no_sequence_of_frames_breaks_the_server(server: Server, frames: list[bytes]) -> None:
    async def fuzz(connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await connection.send(frame)
                reply = await connection.recv()
                assert reply[:4] == frame[:4]
                assert len(reply) == REPLY
            return
        assert connection.close_code == BAD_DATA

    talk(server, fuzz, "vae", "encode")
    assert_serves(server)


def test_of_the_images_that_wait_only_the_newest_is_answered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)

    async def ask(connection: ClientConnection) -> None:
        grey = images(5)
        await connection.send(request(0, grey[0]))
        await asyncio.to_thread(drawing.begun.wait, SOON)
        for sequence in range(1, 5):
            await connection.send(request(sequence, grey[sequence]))
        await (await connection.ping())  # all are read by then
        await asyncio.sleep(0.1)
        drawing.go.set()
        answered = [struct.unpack("<I", (await connection.recv())[:4])[0] for _ in range(2)]
        assert answered == [0, 4]

    talk(server, ask, "vae", "encode")


def test_an_unknown_checkpoint_is_named_in_the_reason(server: Server) -> None:
    async def hear(connection: ClientConnection) -> None:
        code, reason = await closing(connection)
        assert code == UNKNOWN
        assert "'nope'" in reason

    talk(server, hear, "nope", "encode")


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_page_of_another_host_is_turned_away(server: Server, origin: str) -> None:
    async def hear(connection: ClientConnection) -> None:
        code, reason = await closing(connection)
        assert code == FOREIGN
        assert origin in reason

    talk(server, hear, "vae", "encode", Origin=origin)
