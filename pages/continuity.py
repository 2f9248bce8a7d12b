"""Continuity: drag a slider and one digit becomes another, along a path through the plane."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.continuity import data, words
from pages.components.continuity.data import Walked
from pages.components.continuity.view import KEEPER, PathView, Walk, example
from pages.components.continuity.walk import continuity
from pages.components.frame import markup
from pages.components.frame.choices import choose_checkpoint
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.numbers import number_field
from pages.components.frame.views import COORDINATES, Point
from pages.components.frame.words import title
from vae.measure import export
from vae.model.checkpoint import Latents
from vae.plane.box import data_box
from vae.plane.neighbours import digit_at
from vae.plane.paths import KINDS
from vae.serving.batching import QueueFull
from vae.serving.decoding import DecoderService

WALK = "continuity_walk"  # key of the component
ENDS = ("a", "b")
REFERENCE = "autoencoder"  # the checkpoint whose figures stand beside the chosen one's


def keep_walk(walk: Walk) -> None:
    KEEPER.keep(**vars(walk))


def keep_kind() -> None:
    """Another kind of path; the geodesic brings the map that explains it."""
    kind = st.session_state["continuity_kind"]
    KEEPER.keep(kind=kind, magnification=kind == "geodesic")


def move_end(end: str, point: Point | None) -> None:
    if point is not None:
        KEEPER.keep(**{end: point})


def pick_digit(end: str, latents: Latents, after: int | None = None) -> None:
    """Move an end to a test digit of the chosen label, or to the next one after that of index `after`."""
    label = latents.labels[after] if after is not None else st.session_state[f"continuity_{end}_digit"]
    move_end(end, example(latents, label, after))


def move_typed(end: str, axis: int, value: float) -> None:
    z1, z2 = getattr(KEEPER.now(), end)
    move_end(end, (value, z2) if axis == 1 else (z1, value))


def show_header(service: DecoderService, refused: str | None) -> None:
    with header(KEEPER):
        choose_checkpoint(service, "continuity")
        with st.popover("Explain", type="tertiary", width="content"):
            st.markdown(words.WHY)
    show_warnings(service, refused)


@st.fragment
def show_walk(service: DecoderService) -> None:
    """Everything that the end of a gesture changes; a gesture reruns this and nothing else."""
    KEEPER.publish(service)
    view = KEEPER.now()
    with st.container(key="continuity_above", gap="xsmall"):
        with st.container(key="continuity_lead"):
            lead = st.empty()
        with st.container(key="continuity_controls", horizontal=True, vertical_alignment="center"):
            show_ends(service.checkpoint(view.checkpoint).latents, view.walk)
            show_kinds(view)
    try:
        draw_walk(service, view, lead)
    except QueueFull:
        st.warning(words.BUSY)
        st.button("Try again", key="continuity_again")


def draw_walk(service: DecoderService, view: PathView, lead: DeltaGenerator) -> None:
    """The walk and what is known about it; `lead` is where the sentence on it stands.

    Raises QueueFull if too many paths are asked for at once.
    """
    late = is_late(view)
    kind = "straight" if late and view.kind == "geodesic" else view.kind
    walked = data.walked(view.checkpoint, kind, view.a, view.b)
    heat_map = data.heat_map(view.checkpoint) if view.magnification and not late else None
    said = words.SEARCHING if late else seen(service, view, walked)
    lead.html(markup.lead(words.TASKS[view.mode], said))
    continuity(
        key=WALK,
        checkpoint=view.checkpoint,
        walk=view.walk,
        kind=kind,
        traversal=walked.traversal,
        typical=data.digit_density(view.checkpoint).typical,
        heat_map=heat_map,
        on_change=keep_walk,
    )
    with st.container(key="continuity_below"):  # a grid, laid out in page.css
        show_path(view, walked)
        show_evenness(service, view.checkpoint)
    if late:
        measure(view, lead)


def is_late(view: PathView) -> bool:
    """Whether what is asked for takes so long that the page shows the straight path first.

    The heat map comes with the survey of the plane; a geodesic, its survey there, still takes a moment.
    """
    if view.kind == "geodesic":
        return st.session_state["geodesic"] != path_of(view)
    return view.magnification and not data.is_surveyed(view.checkpoint)


def path_of(view: PathView) -> tuple[str, Point, Point]:
    return view.checkpoint, view.a, view.b


def measure(view: PathView, lead: DeltaGenerator) -> None:
    """Wait for what is late, everything else being drawn already, then show it.

    A run that has drawn all it draws leaves nothing greyed out, and whatever the visitor does ends it.
    """
    while not data.is_surveyed(view.checkpoint, timeout=0.3):
        done = f"{100 * data.surveyed_share(view.checkpoint):.0f} %"
        lead.html(markup.lead(words.TASKS[view.mode], words.MEASURING, done))
    if view.kind == "geodesic":
        data.walked(view.checkpoint, view.kind, view.a, view.b)
        st.session_state["geodesic"] = path_of(view)
    st.rerun()


def seen(service: DecoderService, view: PathView, walked: Walked) -> str:
    """One sentence on what is seen."""
    box = data_box(service.checkpoint(view.checkpoint).latents.means)
    if view.mode == "axes":
        return words.axes_sentence(view.point, box)
    return words.path_sentence(view.kind, view.a, view.b, walked.traversal, walked.straight_length, box)


def show_ends(latents: Latents, walk: Walk) -> None:
    """Each end as a test digit that can be chosen, and both as numbers."""
    for end, point in zip(ENDS, (walk.a, walk.b), strict=True):
        show_digit_choice(end, digit_at(latents.means, point), latents)
    with st.popover("Coordinates", width="content", help="Type the coordinates of A and B."):
        for end, point in zip(ENDS, (walk.a, walk.b), strict=True):
            show_typed(end, point)


def show_digit_choice(end: str, index: int | None, latents: Latents) -> None:
    name = end.upper()
    st.session_state[f"continuity_{end}_digit"] = None if index is None else int(latents.labels[index])
    with st.container(horizontal=True, gap="xsmall", width="content", wrap=False):
        st.selectbox(
            f"{name} is a digit",
            range(10),
            index=None,
            format_func=lambda label: f"{name} is {'an' if label == 8 else 'a'} {label}",
            placeholder=f"{name}: a point",
            key=f"continuity_{end}_digit",
            on_change=pick_digit,
            args=(end, latents),
            required=True,
            label_visibility="collapsed",
            width=124,
        )
        st.button(
            "Next one",
            key=f"continuity_{end}_next",
            on_click=pick_digit,
            args=(end, latents, index),
            disabled=index is None,
            help=f"Another test digit of the same label at {name}.",
        )


def show_typed(end: str, point: Point) -> None:
    columns = st.columns(2, gap="xsmall")
    for axis, (column, value) in enumerate(zip(columns, point, strict=True), start=1):
        number_field(
            f"{end.upper()}, z{axis}",
            value,
            COORDINATES,
            f"continuity_{end}{axis}",
            partial(move_typed, end, axis),
            column,
        )


def show_kinds(view: PathView) -> None:
    st.session_state["continuity_kind"] = view.kind
    st.segmented_control(
        "Path",
        KINDS,
        key="continuity_kind",
        format_func=lambda kind: words.KIND_NAMES[kind],
        on_change=keep_kind,
        required=True,
        label_visibility="collapsed",
    )
    st.session_state["continuity_magnification"] = view.magnification
    st.toggle(
        "Area magnification",
        key="continuity_magnification",
        on_change=KEEPER.keep_widget,
        args=("magnification",),
        help="How much larger a small patch of the plane becomes in picture space: √det JᵀJ.",
        width="content",
    )


def show_path(view: PathView, walked: Walked) -> None:
    """Figures of the path and the path as files."""
    with st.container(key="continuity_path", gap="small"):
        facts = words.path_facts(walked.traversal, walked.straight_length)
        st.html("<h2>This path</h2>" + markup.facts(facts))
        with st.container(horizontal=True, gap="xsmall"):
            show_exports(view, walked)


def show_exports(view: PathView, walked: Walked) -> None:
    traversal = walked.traversal
    images = traversal.images
    files = (
        ("GIF", "image/gif", lambda: export.animated_gif(images), "There and back, animated."),
        ("PNG", "image/png", lambda: export.png_strip(images), "Eleven pictures in a row."),
        ("CSV", "text/csv", lambda: export.csv_table(traversal), "Every point with its figures."),
    )
    for label, mime, content, explained in files:
        suffix = label.lower()
        st.download_button(
            label,
            data=content,
            file_name=f"path_{view.checkpoint}_{view.kind}.{suffix}",
            mime=mime,
            on_click="ignore",
            icon=":material/download:",
            help=explained,
            key=f"continuity_{suffix}",
        )


def show_evenness(service: DecoderService, name: str) -> None:
    """The recorded figures of continuity, those of the plain autoencoder beside them."""
    names = compared(name, service.names)
    models = []
    for other in names:
        checkpoint = service.checkpoint(other)
        models.append(words.evenness(title(other, checkpoint), checkpoint.figures))
    sentence = words.evenness_sentence(models, [f"checkpoints/{other}.pt" for other in names])
    with st.container(key="continuity_evenness", gap="xsmall"):
        st.html(
            "<h2>How even the whole plane is</h2>"
            + markup.table(("Picture change per unit", "median", "99th percentile / median"), cells(models))
            + f'<p class="atlas-note" data-testid="evenness-sentence">{escape(sentence)}</p>'
        )
        with st.popover("What do these mean?", type="tertiary", width="content"):
            st.markdown(words.WHY_EVENNESS)


def compared(name: str, names: Sequence[str]) -> list[str]:
    """The chosen checkpoint and the plain autoencoder; beside the autoencoder itself the first other one."""
    others = [REFERENCE, *names] if name != REFERENCE else names
    return [name, *[other for other in others if other != name and other in names][:1]]


def cells(models: Sequence[words.Evenness]) -> list[tuple[str, str, str]]:
    return [
        (model.title, *("not measured" if value is None else f"{value:.1f}" for value in model[1:]))
        for model in models
    ]


def show_page() -> None:
    service = usable_service()
    if service is None:
        return
    refused = KEEPER.adopt(service)
    show_header(service, refused)
    show_walk(service)


show_page()
