"""The decode channel over real sockets: what bad neighbours and bad days may not do."""

from __future__ import annotations

import asyncio
import logging
import struct
from pathlib import Path

import pytest
import torch
from websockets.asyncio.client import ClientConnection, connect

from tests.channel.talking import SOON, assert_serves, closing, request, talk
from tests.serving import HeldDrawing, Server, write_checkpoint
from vae.serving import channel, decoding, passes
from vae.serving.connection import FAILED, GOING_AWAY, TRY_LATER
from vae.serving.decoding import LIGHT, DecoderService


def test_of_what_arrives_during_a_decode_the_newest_is_answered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)

    async def hurry(connection: ClientConnection) -> None:
        await connection.send(request(0, [[0, 0]]))
        await asyncio.to_thread(drawing.begun.wait, SOON)
        for sequence in range(1, 31):
            await connection.send(request(sequence, [[0, sequence]]))
        await connection.send("status")
        await connection.recv()  # so the server has read everything that was sent before
        drawing.go.set()
        replies = [await connection.recv(), await connection.recv()]
        assert [struct.unpack_from("<I", reply)[0] for reply in replies] == [0, 30]
        await connection.send(request(31, [[0, 0]]))
        assert (await connection.recv())[:4] == struct.pack("<I", 31)  # nothing else was waiting

    talk(server, hurry)
    assert drawing.passes == [1, 1, 1]


def test_a_flood_stays_with_the_one_who_sends_it(server: Server) -> None:
    """40 MB of the largest requests from one client that reads nothing: it has to wait, others do not."""

    async def flood(connection: ClientConnection) -> None:
        for sequence in range(20_000):
            await connection.send(request(sequence, [[0, 0]] * 256))

    async def beside(connection: ClientConnection) -> None:
        flooding = asyncio.create_task(flood(connection))
        async with connect(f"ws://{server.host}/decode/vae") as neighbour:
            for sequence in range(50):
                await neighbour.send(request(sequence, [[1, 1]]))
                assert (await neighbour.recv())[:4] == struct.pack("<I", sequence)
        assert not flooding.done()
        flooding.cancel()
        connection.transport.abort()

    talk(server, beside)
    assert_serves(server)


def test_clients_that_vanish_are_forgotten(
    server: Server, service: DecoderService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drawing = HeldDrawing(monkeypatch)

    async def vanish(connection: ClientConnection) -> None:
        for sequence in range(2):
            await connection.send(request(sequence, [[0, 0]]))
        await asyncio.to_thread(drawing.begun.wait, SOON)
        connection.transport.abort()

    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            talk(server, vanish)
        drawing.go.set()
        assert_serves(server)
    assert caplog.records == []
    assert service.queue_depth == 0
    # the vanished clients' second requests cost nothing; larger passes are what an earlier test left behind
    assert sum(points for points in drawing.passes if points <= LIGHT) < 5 + 5 + 5


def test_a_decoder_that_fails_is_reported_and_the_server_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    async def ask(connection: ClientConnection) -> None:
        await connection.send(request(1, [[0, 0]]))
        code, reason = await closing(connection)
        assert code == FAILED
        assert "log" in reason

    with monkeypatch.context() as patch:
        patch.setattr(passes, "draw", fail)
        talk(server, ask)
    assert "out of memory" in caplog.text
    assert_serves(server)


def test_more_than_the_queue_holds_is_asked_to_come_back(
    service: DecoderService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_QUEUE", 300)
    write_checkpoint(tmp_path / "vae.pt")
    small = DecoderService(tmp_path, torch.device("cpu"))
    drawing = HeldDrawing(monkeypatch)

    async def crowd(first: ClientConnection) -> None:
        await first.send(request(0, [[0, 0]]))
        await asyncio.to_thread(drawing.begun.wait, SOON)
        async with connect(first_address) as second, connect(first_address) as third:
            await second.send(request(0, [[0, 0]] * 256))
            async with asyncio.timeout(SOON):
                while small.queue_depth < 256:  # an answered "status" does not say that it is queued
                    await asyncio.sleep(0.01)
            await third.send(request(0, [[0, 0]] * 256))
            assert (await closing(third))[0] == TRY_LATER
            drawing.go.set()
            assert len(await second.recv()) == 4 + 256 * 784

    with Server(channel.routes(lambda: small)).running() as server:
        first_address = f"ws://{server.host}/decode/vae"
        talk(server, crowd)
    small.close()


def test_a_service_that_closes_says_so(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    closed = DecoderService(tmp_path, torch.device("cpu"))
    closed.close()

    async def ask(connection: ClientConnection) -> None:
        await connection.send(request(0, [[0, 0]]))
        assert (await closing(connection))[0] == GOING_AWAY

    with Server(channel.routes(lambda: closed)).running() as server:
        talk(server, ask)
