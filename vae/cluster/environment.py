"""Whether passes are made in a cluster: $LATENT_ATLAS_RAY says so."""

from __future__ import annotations

import os
from pathlib import Path

from vae.cluster.errors import ClusterError
from vae.serving.decoding import DecoderService, Visitors
from vae.serving.passes import Elsewhere

VARIABLE = "LATENT_ATLAS_RAY"  # host:port of a Ray cluster's head; this machine is part of it


def decoders(folder: Path, visitors: Visitors | None = None) -> DecoderService:
    """A service for `folder`, which has passes of checkpoints made in the cluster if one is wished for.

    A cluster that cannot be reached is one of the service's problems; all passes are made here then.
    """
    try:
        return DecoderService(folder, visitors=visitors, elsewhere=_wished())
    except ClusterError as error:
        service = DecoderService(folder, visitors=visitors)
        service.problems["cluster"] = str(error)
        return service


def _wished() -> Elsewhere | None:
    """Raises ClusterError."""
    address = os.environ.get(VARIABLE)
    if not address:
        return None
    try:
        from vae.cluster.application import connect
    except ImportError as error:
        raise ClusterError(
            f"{VARIABLE} is set, but Ray is not installed: `pip install -r requirements-ray.txt`."
        ) from error
    return connect(address)
