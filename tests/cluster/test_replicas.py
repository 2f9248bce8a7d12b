"""Two real replicas of a Ray cluster on this machine, started from the file that people start them with."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from websockets.asyncio.client import connect

from tests.channel.talking import request
from tests.serving import Server, write_checkpoint
from vae.bench.server import ROOT
from vae.model.network import decode_all, encode_all
from vae.serving import channel
from vae.serving.decoding import DecoderService

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own are not ours to mend
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    ray = pytest.importorskip("ray", reason="Ray is optional: pip install -r requirements-ray.txt")
    import yaml  # which comes with it
    from ray import serve
    from ray.serve.context import _get_global_client
    from ray.serve.schema import ServeDeploySchema

    from vae.cluster import application
    from vae.cluster.errors import ClusterError

CLIENTS, LASTING = 12, 8.0  # seconds
STARTING = 240.0  # seconds: every replica loads torch, here on few cores


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    for seed, name in enumerate(("vae", "beta")):
        write_checkpoint(folder / f"{name}.pt", seed)
    return folder


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[None]:
    settings = yaml.safe_load((ROOT / "deploy" / "ray" / "serve.yaml").read_text(encoding="utf-8"))
    settings["applications"][0]["args"]["checkpoints"] = str(folder)
    ray.init(
        num_cpus=4,
        object_store_memory=100 * 2**20,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}},
    )
    try:
        serve.start(proxy_location=settings["proxy_location"])
        _get_global_client().deploy_apps(ServeDeploySchema.model_validate(settings))
        wait_for_replicas(2)
        yield
    finally:
        serve.shutdown()
        ray.shutdown()


@pytest.fixture
def service(cluster: None, folder: Path) -> Iterator[DecoderService]:
    service = DecoderService(folder, torch.device("cpu"), elsewhere=application.connect(head()))
    try:
        yield service
    finally:
        service.close()


def head() -> str:
    address: str = ray.get_runtime_context().gcs_address
    return address


def wait_for_replicas(count: int) -> None:
    end = time.monotonic() + STARTING
    while len(processes()) < count:
        assert time.monotonic() < end, serve.status()
        time.sleep(0.2)


def processes() -> dict[str, int]:
    """The running replicas and their processes."""
    app = serve.status().applications.get(application.NAME)
    decoders = app.deployments.get("Decoders") if app else None
    if decoders is None or not decoders.replica_states.get("RUNNING"):
        return {}
    found = {}
    for actor in ray.util.list_named_actors(all_namespaces=True):
        if "#Decoders#" in actor["name"]:
            try:
                handle = ray.get_actor(actor["name"], namespace=actor["namespace"])
                found[actor["name"]] = ray.get(
                    handle.__ray_call__.remote(lambda self: os.getpid()), timeout=30
                )
            except (ValueError, ray.exceptions.RayError):  # it has just died
                continue
    return found


def test_the_cluster_answers_what_torch_does(service: DecoderService) -> None:
    rng = np.random.default_rng(0)
    for name in service.names:
        for count in (1, 64, 256):
            z = rng.normal(size=(count, 2)).astype(np.float32)
            expected = decode_all(service.model(name), torch.from_numpy(z)).numpy().astype(int)
            np.testing.assert_allclose(service.decode(name, z, 60).images.astype(int), expected, atol=1)
        images = rng.random((3, 784), np.float32)
        posterior = encode_all(service.model(name), torch.from_numpy(images))
        made = service.encode(name, images, 60)
        np.testing.assert_allclose(made.means, posterior.mean.numpy(), atol=1e-5)
        np.testing.assert_allclose(made.log_variances, posterior.log_variance.numpy(), atol=1e-5)


def test_a_replica_killed_under_load_loses_no_answer(cluster: None, folder: Path) -> None:
    """Every request on every connection is answered, in order, with what torch draws there."""
    calling = application.connect(head())
    service = DecoderService(folder, torch.device("cpu"), elsewhere=calling)
    stopped, killed = asyncio.Event(), asyncio.Event()
    answered = [0, 0, 0]  # by two replicas, while one of them stands still, and after its death

    async def wander(host: str, number: int) -> None:
        rng = np.random.default_rng(number)
        name = service.names[number % 2]
        model = service.model(name)
        end = time.monotonic() + LASTING
        async with connect(f"ws://{host}/decode/{name}") as connection:
            sequence = 0
            while time.monotonic() < end or answered[2] < 5 * CLIENTS:
                z = rng.normal(size=(int(rng.choice([1, 1, 1, 100])), 2)).astype(np.float32)
                await connection.send(request(sequence, z))
                reply = await asyncio.wait_for(connection.recv(), 60)
                assert isinstance(reply, bytes)
                assert reply[:4] == struct.pack("<I", sequence)
                expected = decode_all(model, torch.from_numpy(z)).numpy().astype(int)
                drawn = np.frombuffer(reply, np.uint8, offset=4).reshape(-1, 784).astype(int)
                np.testing.assert_allclose(drawn, expected, atol=1)
                answered[stopped.is_set() + killed.is_set()] += 1
                sequence += 1

    async def kill() -> None:
        await answers(0)
        os.kill(victim, signal.SIGSTOP)  # so that calls wait for it when it dies
        stopped.set()
        await answers(1)
        os.kill(victim, signal.SIGKILL)
        killed.set()

    async def answers(when: int) -> None:
        while answered[when] < 5 * CLIENTS:
            await asyncio.sleep(0.01)

    async def lesson(host: str) -> None:
        await asyncio.gather(kill(), *(wander(host, number) for number in range(CLIENTS)))

    try:
        victim = next(iter(processes().values()))
        with Server(channel.routes(lambda: service)).running() as server:
            asyncio.run(lesson(server.host))
    finally:
        service.close()
    print(f"{answered} answers, {calling.asked_again} calls asked again")
    wait_for_replicas(2)
    assert victim not in processes().values()


@pytest.mark.parametrize("address", ["", "auto", "127.0.0.1:1"])
def test_what_is_no_cluster_is_told_at_once(address: str) -> None:
    with pytest.raises(ClusterError, match=r"host:port of its head"):
        application.connect(address)


def test_a_cluster_without_replicas_says_what_to_do(cluster: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "NAME", "nothing-of-that-name")
    with pytest.raises(ClusterError, match=r"serve deploy deploy/ray/serve\.yaml"):
        application.connect(head())
