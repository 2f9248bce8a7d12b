"""The benchmark: the whole of it, small, on the real server; and that its crowd reports what it should."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import torch

from tests.serving import Server, write_checkpoint
from vae.bench import benchmark
from vae.bench.crowd import run_crowd
from vae.bench.server import START_LIMIT, StartError, running_app
from vae.serving import channel
from vae.serving.decoding import DecoderService


def test_a_small_run_measures_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "BUDGET", 0.05)
    monkeypatch.setattr(benchmark, "TRAINING_IMAGES", 1000)
    monkeypatch.setattr(benchmark, "STARTS", 1)
    figures = json.loads(json.dumps(benchmark.run(crowds=(1, 3), seconds=1.0), allow_nan=False))
    assert figures["device"]
    for name in ("decode_ms", "encode_ms"):
        assert 0 < figures[name]["p50"] <= figures[name]["p95"]
    assert set(figures["decodes_per_second"]) == {"1", "16", "256", "4096"}
    assert all(rate > 0 for rate in figures["decodes_per_second"].values())
    assert 0 < figures["manifold_pass_ms"] < figures["manifold_ms"]
    assert figures["training_images_per_second"] > 0
    assert 0 < figures["startup_seconds"] < START_LIMIT
    for row, clients in zip(figures["channel"], (1, 3), strict=True):
        assert row["clients"] == clients
        assert row["errors"] == 0
        assert row["offered_per_second"] == 20 * clients
        assert 0 < row["slowest_client_per_second"] <= row["replies_per_second"] <= 20 * clients
        assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"]
        assert row["memory_mb_before"] > 50
    text = benchmark.as_text(figures)
    assert figures["device"] in text
    assert f"{figures['decodes_per_second']['256']:,} at batch 256" in text
    assert f"{figures['manifold_ms']:.1f} ms" in text


def test_without_the_default_checkpoint_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark, "ROOT", tmp_path)
    with pytest.raises(benchmark.BenchmarkError, match=r"vae\.pt does not exist"):
        benchmark.run()


def test_an_app_that_does_not_start_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"^The app did not start: .*app\.py"), running_app(tmp_path):
        pytest.fail("there is nothing to serve")


def test_the_crowd_counts_every_reply(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    service = DecoderService(tmp_path, torch.device("cpu"))
    with Server(channel.routes(lambda: service)).running() as server:
        tallies = run_crowd(f"ws://{server.host}/decode/vae", clients=5, rate=20, seconds=1)
    service.close()
    assert len(tallies) == 5
    for tally in tallies:
        assert tally.errors == []
        assert 1 <= len(tally.waits) <= 20
        assert all(0 < wait < 30 for wait in tally.waits)


def test_the_crowd_reports_each_error(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    service = DecoderService(tmp_path, torch.device("cpu"))
    with Server(channel.routes(lambda: service)).running() as server:
        unknown = run_crowd(f"ws://{server.host}/decode/nope", clients=2, rate=20, seconds=1)
    service.close()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = "{}:{}".format(*closed.getsockname())
    nobody = run_crowd(f"ws://{host}/decode/vae", clients=2, rate=20, seconds=1)
    assert [len(tally.errors) for tally in unknown + nobody] == [1, 1, 1, 1]
    assert "4404" in unknown[0].errors[0]
