"""What of a page a lesson's step hides: a table from the parts that lessons name to what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vae.lessons.lesson import Hidden, Page

EXPLAIN = '.st-key-header_controls [data-testid="stPopover"]'

# Selectors of a page's parts; what a page does not have is missing.
PARTS: Mapping[Page, Mapping[Hidden, tuple[str, ...]]] = {
    "latent_map": {
        "model": ('[class*="st-key-latent_map_checkpoint"]',),
        "controls": (
            '[class*="st-key-latent_map_manifold"]',
            '[class*="st-key-latent_map_legible"]',
            ".digit-typed",
        ),
        "figures": (".st-key-latent_map_figures_area",),
        "panel": (".st-key-latent_map_panel_area",),
        "explain": (EXPLAIN,),
        "more": (".map-panel-neighbours",),
    },
    "one_digit": {
        "model": ('[class*="st-key-one_digit_checkpoint"]',),
        "controls": (".st-key-one_digit_controls",),
        "figures": (".st-key-one_digit_costs",),
        "panel": (".st-key-one_digit_below",),
        "explain": (EXPLAIN,),
        "more": (".st-key-one_digit_more",),
    },
    "continuity": {
        "model": ('[class*="st-key-continuity_checkpoint"]',),
        "controls": (".st-key-continuity_controls",),
        "figures": (".st-key-continuity_evenness", ".continuity-claim"),
        "panel": (".st-key-continuity_below",),
        "explain": (EXPLAIN,),
        "more": (".st-key-continuity_path",),
    },
    "completeness": {
        "model": (".st-key-completeness_models",),
        "controls": (".st-key-header_controls", ".st-key-completeness_law_area"),
        "figures": (
            ".completeness .share-bar",
            '.st-key-completeness_lead [data-testid="sentence"]',
            ".st-key-completeness_shares",
            ".st-key-completeness_figures_area",
        ),
        "panel": (".st-key-completeness_below",),
        "explain": (EXPLAIN,),
        "more": (
            '[class*="st-key-completeness_more"]',
            ".st-key-completeness_grid_area",
            ".st-key-completeness_draws_area",
            ".st-key-completeness_figures_area",
        ),
    },
    "training": {
        "model": (),
        "controls": (".st-key-training_controls",),
        "figures": (".training .training-curves",),
        "panel": (),
        "explain": (EXPLAIN,),
        "more": (".training .training-comparison",),
    },
}


def style(page: Page, hidden: Iterable[Hidden]) -> str:
    """A style sheet that hides these parts, as HTML; empty if there is nothing to hide."""
    selectors = [selector for part in hidden for selector in PARTS[page].get(part, ())]
    if not selectors:
        return ""
    return f"<style>.stMain :is({', '.join(selectors)}) {{ display: none !important; }}</style>"
