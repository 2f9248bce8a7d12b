"""The app: `streamlit run app.py` (or `uvicorn app:app`) serves pages and decode channel on one port."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
import torch
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pages.components.frame.service import decoder_service, surveys
from pages.components.mount import assets
from pages.components.mount.compressed import Compressed
from pages.components.mount.guard import Guarded
from vae.device import DeviceError, choose_device
from vae.serving import channel, manifold

try:
    choose_device()
except DeviceError as error:
    sys.exit(f"Latent Atlas cannot start. {error}")


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Load and warm the decoders before the first visitor comes, measure their planes in the background.

    What works on threads of its own ends with the server.
    """
    torch.set_num_threads(1)  # many small passes at once: more threads for each only get in each other's way
    service = decoder_service()
    for sentence in service.problems.values():
        print(sentence, file=sys.stderr)
    surveys().measure_all()
    yield
    surveys.clear()
    decoder_service.clear()
    service.close()


app = st.App(
    Path(__file__).parent / "pages" / "main.py",
    routes=assets.at_base_path(
        [
            *channel.routes(decoder_service, assets.origin_allowed),
            *manifold.routes(decoder_service),
            *assets.routes(),
        ]
    ),
    middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=st.get_option("server.allowedHosts") or ["*"]),
        Middleware(Guarded),
        Middleware(Compressed),
    ],
    lifespan=lifespan,
)
