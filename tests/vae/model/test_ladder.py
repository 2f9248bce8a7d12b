import pytest

from vae.model import ladder
from vae.model.checkpoint import load
from vae.training.orientation import best_orientation

ABOVE = [beta for beta in ladder.BETAS if beta > 0]


def test_names_lead_back_to_betas_and_are_all_different() -> None:
    names = [ladder.name(beta) for beta in ladder.BETAS]
    assert [ladder.beta_of(name) for name in names] == list(ladder.BETAS)
    assert len(set(names)) == len(names)
    assert ladder.beta_of("vae") is None
    assert ladder.beta_of("beta-3") is None


def test_the_plain_autoencoder_is_the_lowest_rung() -> None:
    assert (ladder.name(0), ladder.file(0)) == ("autoencoder", "autoencoder.pt")
    assert ladder.file(0.5) == "ladder/beta-0.5.pt"


def test_what_is_absent_is_told_in_order() -> None:
    assert ladder.absent(ladder.name(beta) for beta in ladder.BETAS) == []
    assert ladder.absent(["vae", "autoencoder", "beta-1"]) == [b for b in ladder.BETAS if b not in (0, 1)]


@pytest.mark.parametrize("beta", ABOVE)
def test_going_from_neighbour_to_neighbour_leads_to_1(beta) -> None:
    steps = 0
    while (towards := ladder.neighbour(beta)) is not None:
        assert abs(ladder.BETAS.index(towards) - ladder.BETAS.index(beta)) == 1
        beta, steps = towards, steps + 1
    assert beta == 1
    assert steps < len(ladder.BETAS)


def test_every_rung_is_trained_once_and_after_the_one_it_needs() -> None:
    order = ladder.training_order()
    assert sorted(order) == sorted(ladder.BETAS)
    for beta in ABOVE:
        needed = ladder.neighbour(beta) if beta != 1 else 0.0
        assert order.index(needed) < order.index(beta)


@pytest.mark.parametrize("beta", [beta for beta in ABOVE if beta != 1])
def test_the_shipped_maps_do_not_turn_from_rung_to_rung(beta, request) -> None:
    folder = request.config.rootpath / "checkpoints"
    neighbour = ladder.neighbour(beta)
    ours, theirs = (load(folder / ladder.file(each)).latents.means for each in (beta, neighbour))
    assert best_orientation(ours, theirs).tolist() == [[1, 0], [0, 1]]
