"""What the map page says of the figures is what the record says."""

from dataclasses import replace

import pytest

from pages.components.latent_map import words
from vae.model.checkpoint import load


@pytest.mark.parametrize(("error", "exact"), [(None, False), (0.001, True), (0.01, False), (2.0, False)])
def test_log_likelihood_is_called_exact_only_where_the_record_says_so(request, error, exact) -> None:
    checkpoint = load(request.config.rootpath / "checkpoints" / "ladder" / "beta-1.pt")
    figures = {} if error is None else {"log_likelihood_error_nats": error}
    said = words.why_the_figures(replace(checkpoint, figures=figures))
    assert ("exact here" in said) == exact
    assert "{precision}" not in said
