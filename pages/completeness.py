"""Completeness: what lives everywhere in the plane, autoencoder against VAE, and what beta does to it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.completeness import data, words
from pages.components.completeness.judged_draws import Judged, judged_draws
from pages.components.completeness.ladder_curves import Measured, ladder_curves
from pages.components.completeness.manifold_grid import manifold_grid
from pages.components.completeness.maps import Rung, Twin, completeness
from pages.components.completeness.shares import named_shares
from pages.components.completeness.view import (
    COUNTS,
    KEEPER,
    SEEDS,
    CompletenessView,
    Side,
    rungs,
)
from pages.components.completeness.widgets import show_more, show_slider
from pages.components.frame import markup
from pages.components.frame.choices import called, choose_one, guests, offered
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.numbers import number_field
from pages.components.frame.views import is_presented, remember_guest
from pages.components.frame.words import title
from vae.measure import export
from vae.model import ladder
from vae.plane.lattices import axis_of
from vae.serving import manifold
from vae.serving.batching import BatcherClosed, QueueFull
from vae.serving.decoding import DEFAULT, DecoderService

MAPS = "completeness_maps"  # key of the component whose slider and pin the others follow
USUAL_SIGMAS = 3.0


class Shown(NamedTuple):
    """What there is to show: the service, and the rungs of the ladder by beta."""

    service: DecoderService
    rungs: list[Rung]

    def left(self, view: CompletenessView) -> Rung:
        return described(self.service, view.left)

    def offered(self, view: CompletenessView) -> list[Rung]:
        """What the slider at the right goes over: the ladder, or the one model that takes its place."""
        return [described(self.service, view.right)] if view.right else self.rungs

    def right(self, view: CompletenessView) -> Rung:
        offered = self.offered(view)
        return offered[0] if view.right else offered[[rung.beta for rung in offered].index(view.beta)]


def keep_twin(twin: Twin) -> None:
    view = KEEPER.now()
    beta = view.beta if view.right else ladder.beta_of(twin.rung)
    KEEPER.keep(beta=beta, plane=twin.side, point=twin.point)


def keep_range() -> None:
    KEEPER.keep(sigmas=USUAL_SIGMAS if mirrored("completeness_range") else None)


def keep_sigmas(sigmas: float) -> None:
    KEEPER.keep(sigmas=sigmas)


def draw_again() -> None:
    KEEPER.keep(seed=(KEEPER.now().seed + 1) % SEEDS)


def rungs_of(service: DecoderService) -> list[Rung]:
    """The rungs that are there, by beta."""
    return [described(service, ladder.name(beta)) for beta in rungs(service.names)]


def described(service: DecoderService, name: str) -> Rung:
    """A model as the planes take it."""
    checkpoint = service.checkpoint(name)
    variational = checkpoint.model_config.variational
    beta = checkpoint.training_config.beta if variational else 0.0
    return Rung(name, title(name, checkpoint), beta, variational, checkpoint.classes)


def show_header(shown: Shown, view: CompletenessView) -> None:
    left, right = shown.left(view), shown.right(view)
    classes = max(left.classes, right.classes, key=len)
    with header(KEEPER):
        choose_one(KEEPER, "link", words.LINK_NAMES, label="Link")
        layers = words.layers(is_judged=data.are_judged(left.name, right.name))
        overlay = view.overlay if view.overlay in layers else "none"
        choose_one(KEEPER, "overlay", layers, label="Overlay", shown=overlay)
        if view.overlay == "ellipses" and classes:
            st.selectbox(
                "Digit whose posteriors are drawn",
                range(len(classes)),
                format_func=lambda label: classes[label],
                key=mirror("completeness_digit", view.digit),
                on_change=KEEPER.keep_widget,
                args=("digit",),
                label_visibility="collapsed",
                width=68,
            )
        with st.popover("Explain", type="tertiary", width="content"):
            st.markdown(words.WHY)


def show_models(service: DecoderService, view: CompletenessView) -> None:
    """Any two models side by side; at the right the slider over the ladder is one choice among them."""
    brought = guests(service)
    left = called([*service.names, *brought], service)
    right = {"": words.LADDER} | called([*offered(service.names, view.right), *brought], service)
    for field, label, names in (("left", "At the left", left), ("right", "At the right", right)):
        st.selectbox(
            label,
            list(names),
            format_func=names.__getitem__,
            key=mirror(f"completeness_{field}", getattr(view, field)),
            on_change=KEEPER.keep_widget,
            args=(field,),
        )


def show_missing(service: DecoderService, rungs: Sequence[Rung]) -> None:
    """Which rungs there are not and how to make them; the others stay usable."""
    damaged = show_damaged(service)
    if missing := [beta for beta in ladder.absent(service.names) if beta not in damaged]:
        st.warning(words.missing_sentence(missing))
    if rungs[0].beta:
        st.warning(words.stand_in_sentence(rungs[0].title))


def show_damaged(service: DecoderService) -> list[float]:
    """What is wrong with the rungs that have a file and cannot be used; returns their betas."""
    problems = {beta: service.problems.get(f"{ladder.name(beta)}.pt") for beta in ladder.BETAS}
    for beta, problem in problems.items():
        if problem and beta:  # the autoencoder's file is every page's: `show_warnings` tells of it
            st.warning(problem)
    return [beta for beta, problem in problems.items() if problem]


@st.fragment
def show_planes(shown: Shown) -> None:
    """Everything that the end of a gesture changes; a gesture reruns this and nothing else.

    The maps wait for nothing; what is counted fills its place above them when it is there.
    """
    KEEPER.publish(shown.service)
    view = KEEPER.now()
    left, right = shown.left(view), shown.right(view)
    lead = st.container(key="completeness_lead")
    completeness(
        key=MAPS,
        left=left,
        rungs=shown.offered(view),
        twin=Twin(right.name, view.plane, view.point),
        link=view.link,
        overlay=data.overlay(view, left.name, right.name),
        on_change=keep_twin,
    )
    with st.container(key="completeness_below"):
        draws = show_shares(shown, view, lead)
        if view.more == "grid":
            show_grid(shown, view)
        elif view.more == "draws" and draws:
            show_draws(shown, view, draws)
        elif view.more == "curves":
            show_figures(shown)


def show_shares(shown: Shown, view: CompletenessView, lead: DeltaGenerator) -> tuple[Judged, Judged] | None:
    """How many random places of both planes are digits: the bars, the sentence, the law they are drawn by."""
    left, right = shown.left(view), shown.right(view)
    with st.container(key="completeness_law_area", horizontal=True, vertical_alignment="bottom"):
        if not (left.variational and right.variational):
            choose_one(
                *(KEEPER, "law", words.LAW_NAMES),
                label=words.LAW_LABEL,
                is_written=True,
                explained=words.LAW_WHY,
            )
        with st.popover("Models", width="content", key="completeness_models"):
            show_models(shown.service, view)
        st.button("Draw again", key="completeness_again", icon=":material/casino:", on_click=draw_again)
        show_more(view.more)
    draws, problem = counted(shown, view)
    shares = draws and (draws[0].share, draws[1].share)
    named_shares(
        key="completeness_shares",
        group=MAPS,
        rung=right.name,
        left=shares and shares[0],
        right=shares and shares[1],
        note=words.shares_note(shares),
    )
    said = words.outcome(shown.service.checkpoint(right.name).figures, shares, same=left == right)
    with lead:
        more = "" if is_presented() else words.LINK_SENTENCES[view.link]
        st.html(markup.lead(words.task(is_ladder=not view.right), said, more))
    if problem:
        st.warning(problem)
    return draws


def counted(shown: Shown, view: CompletenessView) -> tuple[tuple[Judged, Judged] | None, str]:
    """The judged draws of both planes, a VAE's from its prior; else None and why there are none."""
    try:
        left, right = (
            data.draws(rung.name, "prior" if rung.variational else view.law, view.seed)
            for rung in (shown.left(view), shown.right(view))
        )
    except (QueueFull, TimeoutError, BatcherClosed):
        return None, words.BUSY
    if left and right:
        return (left, right), ""
    are_judged = data.are_judged(shown.left(view).name, shown.right(view).name)
    return None, words.NO_CLASSIFIER if are_judged else words.NOT_JUDGED


def show_grid(shown: Shown, view: CompletenessView) -> None:
    """The whole plane as one picture, for both models, and as files."""
    left, right = shown.left(view), shown.right(view)
    said = words.grid_sentence(view.grid, view.sigmas, view.link)
    with st.container(key="completeness_grid_area", gap="xsmall"):
        show_heading("The plane as pictures", said)
        with st.container(key="completeness_grid_controls", horizontal=True, vertical_alignment="bottom"):
            show_grid_choices(view)
            show_grid_export(shown, view, "left", left.name, right.name if view.link == "quantiles" else None)
            show_grid_export(shown, view, "right", right.name, None)
        manifold_grid(
            key="completeness_manifold",
            group=MAPS,
            left=left.name,
            right=right.name,
            titles={rung.name: rung.title for rung in (left, *shown.offered(view))},
            link=view.link,
            side=view.grid,
            sigmas=view.sigmas,
            axis=axis_of(view.grid, view.sigmas).tolist(),
        )


def show_heading(title: str, said: str) -> None:
    st.html(f'<h2 class="atlas-section">{escape(title)}</h2><p class="atlas-lead">{escape(said)}</p>')


def show_grid_choices(view: CompletenessView) -> None:
    show_slider("grid", "Pictures a side", manifold.SIDES, view.grid)
    st.segmented_control(
        "Places",
        (False, True),
        format_func=lambda is_range: "Equal range" if is_range else "Equal probability",
        key=mirror("completeness_range", view.sigmas is not None),
        on_change=keep_range,
        required=True,
        label_visibility="collapsed",
    )
    if view.sigmas is not None:
        number_field(
            "Reach in σ", view.sigmas, manifold.SIGMAS, "completeness_sigmas", keep_sigmas, width=130
        )


def show_grid_export(shown: Shown, view: CompletenessView, half: Side, name: str, like: str | None) -> None:
    st.download_button(
        f"{half.capitalize()} as PNG",
        data=lambda: manifold.png(shown.service, name, view.grid, view.sigmas, like),
        file_name=f"plane_{name}_{view.grid}x{view.grid}.png",
        mime="image/png",
        on_click="ignore",
        icon=":material/download:",
        key=f"completeness_png_{half}",
    )


def show_draws(shown: Shown, view: CompletenessView, draws: tuple[Judged, Judged]) -> None:
    """Some of the draws that the bars count, each with its verdict."""
    with st.container(key="completeness_draws_area", gap="xsmall"):
        has_prior = shown.left(view).variational, shown.right(view).variational
        show_heading("Random places", words.draws_sentence(view.law, has_prior))
        with st.container(key="completeness_draws_controls"):
            show_slider("draws", "Pictures", COUNTS, view.draws)
        left, right = draws
        judged_draws(key="completeness_judged_draws", group=MAPS, left=left, right=right, count=view.draws)


def show_figures(shown: Shown) -> None:
    """The recorded figures of all rungs as curves; with those of the usual model as a table and a file."""
    measured = [
        Measured(rung.name, rung.title, rung.beta, shown.service.checkpoint(rung.name).figures)
        for rung in shown.rungs
    ]
    with st.container(key="completeness_figures_area", gap="xsmall"):
        show_heading("Figures over β", words.FIGURES_SENTENCE)
        ladder_curves(key="completeness_curves", group=MAPS, rungs=measured)
        models: list[words.Model] = [tuple(rung) for rung in measured]
        if DEFAULT in shown.service.names:
            checkpoint = shown.service.checkpoint(DEFAULT)
            models.append((DEFAULT, title(DEFAULT, checkpoint), None, checkpoint.figures))
        with st.expander("All figures as a table"):
            st.html(words.table_html(models))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.download_button(
                "CSV",
                data=lambda: export.figures_table([(name, beta, found) for name, _, beta, found in models]),
                file_name="figures.csv",
                mime="text/csv",
                on_click="ignore",
                icon=":material/download:",
                help="All recorded figures of these models.",
                key="completeness_csv",
            )
            with st.popover("Explain the figures", type="tertiary", width="content"):
                st.markdown(words.why_figures([found for *_, found in models]))


def show_page() -> None:
    service = usable_service()
    if service is None:
        return
    found = rungs_of(service)
    if not any(rung.beta for rung in found):
        header(KEEPER)
        show_warnings(service, None)
        show_damaged(service)
        st.error(words.NO_LADDER)
        return
    refused = KEEPER.adopt(service)
    view, shown = KEEPER.now(), Shown(service, found)
    for name in (view.left, view.right):
        if name and name not in service.names:
            remember_guest(name, service)
    show_header(shown, view)
    show_warnings(service, refused)
    show_missing(service, found)
    show_planes(shown)


show_page()
