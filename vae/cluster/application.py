"""The replicas as a Ray Serve application, and the way to them; the only module that needs Ray.

`serve deploy deploy/ray/serve.yaml` starts the replicas, with as many of them and as much of a GPU for each
as that file says.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import ray
import torch
from ray import serve
from ray.exceptions import NodeDiedError, RayActorError
from ray.serve.exceptions import RayServeException
from ray.serve.handle import DeploymentHandle

from vae.cluster.caller import Caller
from vae.cluster.errors import ClusterError
from vae.cluster.replica import Ask, answer
from vae.serving.decoding import DecoderService
from vae.serving.passes import Decoded, Encoded

ROOT = Path(__file__).resolve().parents[2]
NAME = "latent-atlas"
JOINED = 16  # calls in one pass: at most a thousand points
REACH = 5.0  # seconds in which the cluster's head takes a connection
PATIENCE = 60.0  # seconds until the first answer; a replica may still be loading


class Replica:
    """One replica: every checkpoint of a folder on its device, or its share of one."""

    def __init__(self, folder: str) -> None:
        torch.set_num_threads(1)  # replicas share a machine's cores
        self._service = DecoderService(ROOT / folder)

    async def __call__(self, ask: Ask) -> Sequence[Decoded | Encoded]:
        self._service.model(ask.checkpoint)  # an unknown one must not fail those that it is joined with
        answers: Sequence[Decoded | Encoded] = await self._joined(ask)
        return answers

    async def device_name(self) -> str:
        return self._service.device_name

    # Nobody waits for company: a pass holds the replica's loop, and what arrives meanwhile is the next batch.
    @serve.batch(max_batch_size=JOINED, batch_wait_timeout_s=0)
    async def _joined(self, asks: list[Ask]) -> list[list[Decoded | Encoded]]:
        return answer(self._service, asks)


Decoders = serve.deployment(Replica, name="Decoders", max_ongoing_requests=2 * JOINED)


def application(arguments: dict[str, str]) -> serve.Application:
    """What Ray's configuration file names; `checkpoints` is a folder of the project on every machine."""
    return Decoders.bind(arguments["checkpoints"])


def connect(address: str) -> Caller:
    """The way to the replicas of the cluster that this machine is part of; "host:port" of its head.

    Raises ClusterError.
    """
    try:
        host, _, port = address.rpartition(":")
        socket.create_connection((host, int(port)), REACH).close()  # Ray itself would try for minutes
        if not ray.is_initialized():
            ray.init(address=address, log_to_driver=False, configure_logging=False)
        handle = serve.get_app_handle(NAME)
        device = handle.device_name.remote().result(timeout_s=PATIENCE)
    except (OSError, ValueError, RayServeException, RayActorError) as error:  # a TimeoutError is an OSError
        raise ClusterError(
            f"There are no replicas in a Ray cluster at {address!r} (host:port of its head): "
            "start it, then `serve deploy deploy/ray/serve.yaml`."
        ) from error
    return Caller(partial(_ask, handle), (RayActorError, NodeDiedError), f"{device}, in a Ray cluster")


def _ask(handle: DeploymentHandle, ask: Ask, seconds: float) -> Sequence[Decoded | Encoded]:
    answers: Sequence[Decoded | Encoded] = handle.remote(ask).result(timeout_s=seconds)
    return answers
