"""The addresses that the soak opens are the pages' own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from pages.components.classroom.view import KEEPER as CLASSROOM
from pages.components.completeness.view import KEEPER as COMPLETENESS
from pages.components.continuity.view import KEEPER as CONTINUITY
from pages.components.frame.views import COMPANIONS, Keeper, read
from pages.components.latent_map.view import KEEPER as LATENT_MAP
from pages.components.one_digit.view import KEEPER as ONE_DIGIT
from pages.components.training.view import KEEPER as TRAINING
from vae.bench import addresses
from vae.device import CPU
from vae.serving.decoding import DecoderService

KEEPERS: dict[str, Keeper] = {
    "": LATENT_MAP,
    **{keeper.page: keeper for keeper in (ONE_DIGIT, CONTINUITY, COMPLETENESS, TRAINING, CLASSROOM)},
}


@pytest.fixture(scope="module")
def service() -> Iterator[DecoderService]:
    service = DecoderService(Path("checkpoints"), CPU)
    yield service
    service.close()


def test_all_pages_and_all_their_parameters_are_opened(service: DecoderService) -> None:
    assert set(addresses.COMPANIONS) == set(COMPANIONS)
    assert set(addresses.PAGES) == set(KEEPERS)
    for page, keeper in KEEPERS.items():
        names = {name for part in keeper.parts(service) for name in part.parameters}
        assert set(addresses.PAGES[page]) == names, page


@pytest.mark.parametrize("page", KEEPERS)
def test_what_is_called_good_can_be_shown_and_some_of_the_rest_cannot(
    page: str, service: DecoderService
) -> None:
    keeper, chance = KEEPERS[page], random.Random(0)
    parts = keeper.parts(service)

    def refused(query: str) -> str | None:
        address = dict(parse_qsl(query, keep_blank_values=True, errors="replace"))
        return read(address, parts, keeper.view)[1]

    for _ in range(100):
        assert refused(addresses.good(chance, page)) is None
    assert any(refused(addresses.odd(chance, page)) for _ in range(100))


@pytest.mark.parametrize("page", KEEPERS)
def test_what_components_tell_has_the_page_of_the_address(page: str) -> None:
    found = addresses.told(random.Random(0), page)
    if page == "classroom":
        assert found is None
    else:
        assert found is not None
        assert found[0].startswith(page or "latent_map")
