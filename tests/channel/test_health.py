"""GET /healthz over a real socket."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from tests.channel.test_http import get
from tests.serving import Server
from vae.serving import health, room
from vae.serving.decoding import DecoderService
from vae.serving.room import Room, Taken


def test_it_tells_device_checkpoints_queue_and_what_is_taken(server: Server, service: DecoderService) -> None:
    status, headers, body = get(server, "/healthz")
    assert status == 200
    assert headers["cache-control"] == "no-store"
    told = json.loads(body)
    open_files, limit = told.pop("descriptors").values()
    assert 3 < open_files < limit
    assert told.pop("memory_mb") > 100  # torch alone
    assert told == {
        "status": "ok",
        "device": service.device_name,
        "checkpoints": ["vae", "beta"],
        "queue_depth": 0,
        "problems": {},
        "sessions": {"open": 0, "limit": Room().most_sessions},
        "connections": {"open": 0, "limit": Room().most_connections},
    }


def test_with_nothing_to_serve_it_says_what_is_wrong_and_not_where(tmp_path: Path) -> None:
    (tmp_path / "vae.pt").write_bytes(b"damaged")
    service = DecoderService(tmp_path, torch.device("cpu"))
    with Server(health.routes(lambda: service, Room())).running() as server:
        told = json.loads(get(server, "/healthz")[2])
    assert told["status"] == "degraded"
    assert "vae.pt" in told["problems"]["vae.pt"]
    assert str(tmp_path.parent) not in json.dumps(told)
    service.close()


@pytest.mark.parametrize(("taken", "status"), [(79, "ok"), (80, "degraded")])
def test_it_is_degraded_where_four_fifths_are_taken(
    service: DecoderService, monkeypatch: pytest.MonkeyPatch, taken: int, status: str
) -> None:
    monkeypatch.setattr(room, "descriptors", lambda: Taken(taken, 100))
    with Server(health.routes(lambda: service, Room())).running() as server:
        assert json.loads(get(server, "/healthz")[2])["status"] == status
