"""The app: `streamlit run app.py` (or `uvicorn app:app`) serves pages and decode channel on one port."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pages.components.frame.service import (
    DECODER,
    classifier,
    decoder_service,
    history_decoders,
    judge,
    maps,
    outlooks,
    surveys,
    workshop,
)
from pages.components.latent_map import channel as panel
from pages.components.mount import assets
from pages.components.mount.admission import Admitted, forgetting
from pages.components.mount.files import Files
from pages.components.mount.guard import Guarded
from pages.components.mount.locks import keep_no_locks
from pages.components.mount.returning import watch_no_files
from vae.classroom.channel import say_goodbye
from vae.classroom.rooms import Rooms
from vae.host.parts import Parts, routes
from vae.serving import health, pictures, qr
from vae.serving.farewell import limit_farewell
from vae.serving.forwarding import AddressError, Forwarder
from vae.serving.room import Room


def check_device() -> None:
    """End at once, with one sentence, if the device that was wished for is not there."""
    from vae.device import DeviceError, choose_device

    try:
        choose_device()
    except DeviceError as error:
        sys.exit(f"Latent Atlas cannot start. {error}")


def forwarder() -> Forwarder | None:
    """To the process that decodes for this one; None where this one does all itself."""
    address = os.environ.get(DECODER)
    try:
        return Forwarder(address, assets.origin_allowed) if address else None
    except AddressError as error:
        sys.exit(f"Latent Atlas cannot start. {error}")


def load() -> None:
    """Load and warm the decoders, then measure their planes unhurriedly."""
    import torch

    torch.set_num_threads(1)  # many small passes at once: more threads for each only get in each other's way
    for sentence in decoder_service().problems.values():
        print(sentence, file=sys.stderr)
    surveys().measure(decoder_service().names)
    outlooks().measure(decoder_service().names[:1])


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Load on a thread of its own: browsers fetch the page meanwhile, and what needs a decoder waits for it.

    What works on threads of its own ends with the server.
    """
    watch_no_files()
    keep_no_locks()
    limit_farewell(partial(say_goodbye, parts.rooms))
    loading = threading.Thread(target=load, name="loading")
    loading.start()
    async with forgetting(room):
        yield
    loading.join()
    if elsewhere:
        await elsewhere.close()
    surveys.clear()
    outlooks.clear()
    workshop.clear()
    judge.clear()
    decoder_service.clear()


elsewhere = forwarder()
if os.environ.get("LATENT_ATLAS_DEVICE") and not elsewhere:  # without a wish there is always one: the CPU
    check_device()

room = Room()
parts = Parts(decoder_service, history_decoders, workshop, maps, classifier, Rooms())
answered = routes(parts, assets.origin_allowed)
app = st.App(
    Path(__file__).parent / "pages" / "main.py",
    routes=assets.at_base_path(
        [
            *(elsewhere.in_place_of(answered) if elsewhere else answered),
            *panel.routes(decoder_service, assets.origin_allowed),
            *pictures.routes(),
            *qr.routes(),
            *health.routes(decoder_service, room, elsewhere.health if elsewhere else None),
            *assets.routes(),
        ]
    ),
    middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=st.get_option("server.allowedHosts") or ["*"]),
        Middleware(Guarded),
        Middleware(Admitted, room=room),
        Middleware(Files),
    ],
    lifespan=lifespan,
)
