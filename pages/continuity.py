"""Continuity: drag a slider and one digit becomes another, along a path through two models' planes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.continuity import data, words
from pages.components.continuity.claim import Model, claim, only_pair
from pages.components.continuity.controls import show_controls
from pages.components.continuity.data import Walked
from pages.components.continuity.view import KEEPER, PathView, Walk, beside, pair_ends
from pages.components.continuity.walk import Lane, continuity
from pages.components.frame import markup
from pages.components.frame.choices import choose_checkpoint
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.kinds import worded
from pages.components.frame.service import decoder_service
from pages.components.frame.words import title
from vae.measure import export
from vae.model.checkpoint import Checkpoint
from vae.plane.box import data_box
from vae.plane.paths import PathKind
from vae.serving.batching import QueueFull
from vae.serving.decoding import DecoderService

WALK = "continuity_walk"  # key of the component
REFERENCE = "autoencoder"  # the checkpoint whose figures stand beside the chosen one's


def keep_walk(walk: Walk) -> None:
    KEEPER.keep(**vars(walk))


def show_header(service: DecoderService, refused: str | None) -> None:
    with header(KEEPER):
        choose_checkpoint(service, "continuity")
        with st.popover("Explain", type="tertiary", width="content"):
            st.markdown(words.explain(service.checkpoint(KEEPER.now().checkpoint)))
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
            show_controls(view, service.checkpoint(view.checkpoint))
    try:
        draw_walk(service, view, lead)
    except QueueFull:
        st.warning(words.BUSY)
        st.button("Try again", key="continuity_again")


def draw_walk(service: DecoderService, view: PathView, lead: DeltaGenerator) -> None:
    """The walk and what is known about it; `lead` is where the sentence on it stands.

    Raises QueueFull if too many paths are asked for at once.
    """
    checkpoint = service.checkpoint(view.checkpoint)
    names = compared(view.checkpoint, alike(service, view.checkpoint))
    late = is_late(view, names)
    kind = "straight" if late and view.kind == "geodesic" else view.kind
    lanes, about_ends = walk_both(service, view, kind, names)
    heat_map = data.heat_map(view.checkpoint) if view.magnification and not late else None
    said = words.SEARCHING if late else seen(service, view, lanes)
    lead.html(
        markup.lead(
            worded(words.TASKS[view.mode], checkpoint), worded(f"{said} {about_ends}".strip(), checkpoint)
        )
    )
    continuity(
        key=WALK,
        checkpoint=view.checkpoint,
        walk=view.walk,
        kind=kind,
        mode=view.mode,
        lanes=lanes,
        claim=measured(service, view, names),
        heat_map=heat_map,
        legible=view.legible and not view.magnification and checkpoint.is_judged,
        on_change=keep_walk,
    )
    with st.container(key="continuity_below"):  # a grid, laid out in page.css
        if view.mode == "path":
            show_path(view, checkpoint, data.walked(view.checkpoint, kind, view.a, view.b))
        show_evenness(service, names)
    if late:
        measure(view, names, lead)


def walk_both(
    service: DecoderService, view: PathView, kind: PathKind, names: Sequence[str]
) -> tuple[list[Lane], str]:
    """The walk of each model, in the order of `names`, and a sentence if ends are not the same digits."""
    own, about_ends, lanes = service.checkpoint(view.checkpoint).latents, "", []
    for name in names:
        checkpoint = service.checkpoint(name)
        called = title(name, checkpoint)
        ends = view if name == view.checkpoint else beside(view, own, checkpoint.latents)
        if ends is None:
            about_ends = worded(words.no_companion(called), checkpoint)
            continue
        if not isinstance(ends, PathView):
            about_ends = words.substitutes(ends.free, called, ends.labels, checkpoint)
        walk = data.traversed(name, kind, ends.a, ends.b)
        lanes.append(Lane(name, called, walk, data.code_deviation(name), data.digit_density(name).typical))
    return lanes, about_ends if view.mode == "path" else ""


def measured(service: DecoderService, view: PathView, names: Sequence[str]) -> str:
    """What 1,000 walks say about the models that walk here, as HTML."""
    found = {name: service.checkpoint(name) for name in names}
    models = [
        Model(title(name, checkpoint), f"checkpoints/{name}.pt", checkpoint.figures)
        for name, checkpoint in found.items()
    ]
    shown = found[view.checkpoint]
    pair = view.pair if (view.a, view.b) == pair_ends(shown.latents, view.pair) else None
    return claim(models, pair) if shown.is_judged else only_pair(pair)


def is_late(view: PathView, names: Sequence[str]) -> bool:
    """Whether what is asked for takes so long that the page shows the straight paths first.

    The heat map comes with the survey of the plane; a geodesic, its survey there, still takes a moment.
    """
    if view.kind == "geodesic":
        return st.session_state["geodesic"] != path_of(view, names)
    return view.magnification and not data.is_surveyed(view.checkpoint)


def path_of(view: PathView, names: Sequence[str]) -> tuple[object, ...]:
    return view.checkpoint, view.a, view.b, *names


def measure(view: PathView, names: Sequence[str], lead: DeltaGenerator) -> None:
    """Wait for what is late, everything else being drawn already, then show it.

    A run that has drawn all it draws leaves nothing greyed out, and whatever the visitor does ends it.
    """
    service = decoder_service()
    waiting = list(names) if view.kind == "geodesic" else [view.checkpoint]
    for name in waiting:
        while not data.is_surveyed(name, timeout=0.3):
            done = f"{100 * data.surveyed_share(name):.0f} %"
            task = worded(words.TASKS[view.mode], service.checkpoint(view.checkpoint))
            lead.html(markup.lead(task, words.MEASURING, done))
    if view.kind == "geodesic":
        walk_both(service, view, view.kind, names)
        st.session_state["geodesic"] = path_of(view, names)
    st.rerun()


def seen(service: DecoderService, view: PathView, lanes: Sequence[Lane]) -> str:
    """One sentence on what is seen."""
    box = data_box(service.checkpoint(view.checkpoint).latents.means)
    if view.mode == "axes":
        return words.axes_sentence(view.point, box)
    readable = words.readable([(lane.title, lane.traversal) for lane in lanes])
    return words.odd_ends(view.a, view.b, box) or readable


def show_path(view: PathView, checkpoint: Checkpoint, walked: Walked) -> None:
    """Figures of the path and the path as files."""
    with st.container(key="continuity_path", gap="small"):
        facts = words.path_facts(walked.traversal, walked.straight_length)
        path = view.kind, view.a, view.b, walked.traversal, walked.straight_length
        said = worded(words.path_sentence(*path), checkpoint)
        st.html(
            "<h2>This path through the map</h2>"
            + markup.facts(facts)
            + f'<p class="atlas-note" data-testid="path-sentence">{escape(said)}</p>'
        )
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


def show_evenness(service: DecoderService, names: Sequence[str]) -> None:
    """The recorded figures of continuity of the models that walk."""
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
        with st.popover("Explain these", type="tertiary", width="content"):
            st.markdown(worded(words.WHY_EVENNESS, service.checkpoint(names[0])))


def alike(service: DecoderService, name: str) -> list[str]:
    """The checkpoints that were trained on the same images as this one, itself among them."""
    dataset = service.checkpoint(name).dataset
    return [other for other in service.names if service.checkpoint(other).dataset == dataset]


def compared(name: str, names: Sequence[str]) -> list[str]:
    """The plain autoencoder, then the chosen checkpoint; with the autoencoder itself the first other one."""
    others = [other for other in names if other not in (name, REFERENCE)]
    if name == REFERENCE:
        return [REFERENCE, *others[:1]]
    return [REFERENCE, name] if REFERENCE in names else [name, *others[:1]]


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
