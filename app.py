"""The app: `streamlit run app.py` (or `uvicorn app:app`) serves pages and decode channel on one port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from pages.components import resources
from vae import channel


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Load and warm the decoders before the first visitor comes; end their worker with the server."""
    service = resources.decoder_service()
    for sentence in service.problems.values():
        print(sentence)
    yield
    service.close()


app = st.App(
    Path(__file__).parent / "pages" / "main.py",
    routes=[
        *channel.routes(resources.decoder_service, resources.origin_allowed),
        *resources.routes(),
    ],
    lifespan=lifespan,
)
