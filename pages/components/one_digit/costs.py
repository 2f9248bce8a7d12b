"""The sections on what the image costs and on whether it belongs."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.one_digit import data, words
from pages.components.one_digit.belonging import Own, belonging
from pages.components.one_digit.loss import loss
from pages.components.one_digit.view import KEEPER, DigitView
from vae.measure.evaluation import NO_LIKELIHOOD
from vae.pictures.spoiled import Picture
from vae.serving.decoding import DecoderService


@st.fragment(run_every=0.5)
def show_looking(checkpoint: str) -> None:
    """How far the look around a model's plane is, until it is done; nobody has to wait for it."""
    if data.is_looked_around(checkpoint):
        st.rerun()
    done = f"{words.LOOKING} {100 * data.looked_share(checkpoint):.0f} %"
    st.html(f'<p class="atlas-note" role="status" data-testid="looking">{done}</p>')


def show_costs(service: DecoderService, view: DigitView, seen: Picture) -> None:
    """The loss in its parts, and where the image's scores lie, once the plane is looked around."""
    checkpoint = service.checkpoint(view.checkpoint)
    config = checkpoint.model_config
    section(words.LOSS)
    if config.likelihood != "bernoulli":
        st.caption(NO_LIKELIHOOD)
        return
    if config.variational and not data.is_looked_around(view.checkpoint):
        show_looking(view.checkpoint)
        return
    binary = data.binary(seen, view.digit)
    image = binary.tobytes()
    account = data.account(view.checkpoint, image) if config.variational else None
    loss(
        key="one_digit_loss",
        account=account,
        binary=binary,
        beta=view.beta,
        on_beta=lambda beta: KEEPER.keep(beta=round(beta, 4)),
    )
    if not checkpoint.is_judged:  # scores compare with pictures that are no digits
        return
    error = data.reconstruction_error(view.checkpoint, image)
    likelihood = None if account is None else account.log_likelihood
    show_belonging(view.checkpoint, Own(likelihood, error, int(np.count_nonzero(seen))))


def show_belonging(checkpoint: str, own: Own) -> None:
    """Where the image's scores lie among the test digits'."""
    section(words.BELONGS)
    ground = data.compared(checkpoint)
    if ground is None:
        st.caption(words.not_scored(data.name_of(checkpoint)))
        return
    belonging(key="one_digit_belonging", ground=ground, own=own)
    if found := data.redrawn(checkpoint):
        st.html(f'<p class="atlas-note" data-testid="redrawn">{words.redrawn(*found)}</p>')


def section(title: str) -> None:
    st.html(f'<h2 class="atlas-section">{title}</h2>')
