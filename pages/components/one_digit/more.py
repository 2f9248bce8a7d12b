"""Variations of the image, drawn from its posterior, with the judge's verdicts and as files."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.components.frame import markup
from pages.components.frame.mirrors import mirror
from pages.components.frame.words import title
from pages.components.one_digit import data, words
from pages.components.one_digit.costs import section
from pages.components.one_digit.view import HOTTEST, KEEPER, MOST, DigitView
from vae.measure.variations import arrays, pictures_zip
from vae.pictures.spoiled import Picture
from vae.serving.decoding import DecoderService

SHOWN = 20  # pictures; the files hold all


def show_more(service: DecoderService, view: DigitView, seen: Picture) -> None:
    section(words.MORE)
    checkpoint = service.checkpoint(view.checkpoint)
    if not checkpoint.model_config.variational:
        st.caption(words.NO_NOISE)
        return
    with st.container(key="one_digit_more_controls", horizontal=True, vertical_alignment="bottom"):
        slide("count", "Pictures", 1, MOST, 1)
        slide("temperature", "Temperature: times σ", 0.0, HOTTEST, 0.5)
        found = data.variations(view.checkpoint, seen.tobytes(), view.count, view.temperature)
        what = words.image(view, checkpoint, data.images_for(view.checkpoint))
        made = words.how_made(title(view.checkpoint, checkpoint), what, view.count, view.temperature)
        save("ZIP", "zip", lambda: pictures_zip(found, made))
        save("NPZ", "npz", lambda: arrays(found, made))
    note = f'<p class="atlas-note" data-testid="verdicts-of-more">{words.named(found)}</p>'
    shown = pictures(view.checkpoint, seen.tobytes(), view.count, view.temperature)
    st.html(shown + (note if checkpoint.is_judged else ""))


def slide(field: str, label: str, low: float, high: float, step: float) -> None:
    key = mirror(f"one_digit_{field}", getattr(KEEPER.now(), field))
    st.slider(label, low, high, step=step, key=key, on_change=KEEPER.keep_widget, args=(field,), width=260)


def save(label: str, suffix: str, content: Callable[[], bytes]) -> None:
    st.download_button(
        label,
        data=content,
        file_name=f"variations.{suffix}",
        mime="application/zip" if suffix == "zip" else "application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
        key=f"one_digit_{suffix}",
    )


@st.cache_data(show_spinner=False, max_entries=data.IMAGES_AT_HAND)
def pictures(checkpoint: str, image: bytes, count: int, temperature: float) -> str:
    """The first variations of an image, 784 grey values, in rows, the judge's verdict beneath each."""
    found = data.variations(checkpoint, image, count, temperature)
    verdicts = found.verdicts or [None] * len(found.images)
    captions = [words.verdict(verdict) for verdict in verdicts[:SHOWN]]
    kind = "variation, read as" if found.verdicts else "variation"
    return markup.digit_strip(found.images[:SHOWN], captions, captions, kind, "variations")
