"""The plane as one picture: where each digit stands in it, and the route over a real socket."""

from __future__ import annotations

import io
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from starlette.datastructures import QueryParams

from tests.serving import HeldDrawing, Server, service_of
from vae.plane import lattices
from vae.plane.limits import LIMIT, MAX_POINTS
from vae.plane.linking import carried
from vae.serving import manifold, once
from vae.serving.decoding import DecoderService
from vae.serving.manifold import ManifoldError


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecoderService]:
    folder = tmp_path_factory.mktemp("checkpoints")
    with service_of(folder, "vae", "autoencoder", "ladder/beta-4") as service:
        yield service


@pytest.fixture
def server(service: DecoderService) -> Iterator[Server]:
    """A server that has drawn nothing yet."""
    with Server(manifold.routes(lambda: service)).running() as server:
        yield server


def get(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, and body, whatever the status."""
    request = urllib.request.Request(f"http://{server.host}/manifold/{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def pixels(content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        return np.asarray(image)


def cells(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The pictures (side^2, 784) cut out again, one by one, row by row from the top left."""
    assert picture.shape == (28 * side, 28 * side)
    rows = [picture[28 * row : 28 * row + 28] for row in range(side)]
    return np.stack(
        [strip[:, 28 * column : 28 * column + 28].ravel() for strip in rows for column in range(side)]
    )


def decoded(service: DecoderService, name: str, z: NDArray[np.float32]) -> NDArray[np.float64]:
    """255 * ink probability, straight from torch, in double precision."""
    with torch.no_grad():
        return torch.sigmoid(service.model(name).decode(torch.from_numpy(z)).double()).numpy() * 255


def assert_shows(
    content: bytes, service: DecoderService, name: str, side: int, z: NDArray[np.float32]
) -> None:
    shown = cells(pixels(content), side)
    assert np.ptp(shown.astype(int), axis=0).max() > 20  # the oracle was tried on pictures that differ
    np.testing.assert_allclose(shown, decoded(service, name, z), rtol=0, atol=0.5 + 1e-2)


# -- the picture ---------------------------------------------------------------------------------------------


@given(side=st.integers(1, 12))
def test_a_mosaic_holds_every_picture_at_its_place(side) -> None:
    images = np.random.default_rng(side).integers(0, 256, (side**2, 784), dtype=np.uint8)
    np.testing.assert_array_equal(cells(manifold.mosaic(images, side), side), images)


@pytest.mark.parametrize("side", manifold.SIDES)
@pytest.mark.parametrize("sigmas", [None, *manifold.SIGMAS])
def test_the_bounds_belong_to_what_is_drawn(service, side, sigmas) -> None:
    z = lattices.prior_lattice(side) if sigmas is None else lattices.range_lattice(side, sigmas)
    assert_shows(manifold.png(service, "vae", side, sigmas), service, "vae", side, z)


@pytest.mark.parametrize(
    ("side", "sigmas", "sentence"),
    [
        (4, None, "5 to 40 digits a side, not 4"),
        (41, 3.0, "5 to 40 digits a side, not 41"),
        (20, 0.4, "0.5 to 6 sigmas, not 0.4"),
        (20, 6.1, "0.5 to 6 sigmas, not 6.1"),
        (20, float("nan"), "0.5 to 6 sigmas, not nan"),
        (20, float("inf"), "0.5 to 6 sigmas, not inf"),
    ],
)
def test_what_lies_outside_the_bounds_is_one_sentence(service, side, sigmas, sentence) -> None:
    with pytest.raises(ManifoldError, match=sentence):
        manifold.png(service, "vae", side, sigmas)


def test_a_lattice_of_another_plane_is_carried_by_quantiles(service) -> None:
    latents = {name: service.checkpoint(name).latents.means for name in ("autoencoder", "beta-4")}
    z = carried(lattices.range_lattice(9, 2.0), latents["beta-4"], latents["autoencoder"])
    picture = manifold.png(service, "autoencoder", 9, 2.0, "beta-4")
    assert_shows(picture, service, "autoencoder", 9, z)
    assert picture != manifold.png(service, "autoencoder", 9, 2.0)


def test_a_large_lattice_leaves_room_between_its_passes(
    service: DecoderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)
    drawing.go.set()
    manifold.png(service, "vae", 40, None)
    assert sum(drawing.passes) == 1600
    assert max(drawing.passes) <= MAX_POINTS


# -- the route -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("vae?side=20", ("vae", 20, None)),
        ("beta-4?side=5&sigmas=2.5", ("beta-4", 5, 2.5)),
        ("autoencoder?side=12&like=beta-4", ("autoencoder", 12, None, "beta-4")),
        ("autoencoder?side=7&sigmas=3&like=beta-4", ("autoencoder", 7, 3.0, "beta-4")),
    ],
)
def test_an_address_is_its_picture(server, service, path, arguments) -> None:
    status, headers, body = get(server, path, **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["content-type"] == "image/png"
    assert headers.get("content-encoding", "identity") == "identity"  # a PNG is compressed already
    assert headers["cache-control"] == "no-cache"
    np.testing.assert_array_equal(pixels(body), pixels(manifold.png(service, *arguments)))


def test_who_has_the_picture_gets_none(server) -> None:
    tag = get(server, "vae?side=6")[1]["etag"]
    assert get(server, "vae?side=6", **{"If-None-Match": tag})[::2] == (304, b"")
    assert get(server, "beta-4?side=6", **{"If-None-Match": tag})[0] == 200


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("vae", 400, "side is a whole number from 5 to 40."),
        ("vae?side=many", 400, "side is a whole number from 5 to 40."),
        ("vae?side=2.5", 400, "side is a whole number from 5 to 40."),
        ("vae?side=4", 400, "The grid has 5 to 40 digits a side, not 4."),
        ("vae?side=" + "9" * 5000, 400, "side is a whole number from 5 to 40."),
        ("vae?side=20&sigmas=", 400, "sigmas is a number from 0.5 to 6."),
        ("vae?side=20&sigmas=nan", 400, "The range reaches 0.5 to 6 sigmas, not nan."),
        ("vae?side=20&sigmas=-3", 400, "The range reaches 0.5 to 6 sigmas, not -3."),
        ("nope?side=20", 404, "'nope'; there are: vae, autoencoder, beta-4."),
        ("vae?side=20&like=nope", 404, "'nope'; there are: vae, autoencoder, beta-4."),
    ],
)
def test_bad_addresses_get_a_sentence_and_the_server_goes_on(server, path, status, sentence) -> None:
    told, headers, body = get(server, path)
    assert told == status
    assert headers["content-type"].startswith("text/plain")
    assert sentence in body.decode()
    assert get(server, "vae?side=5")[0] == 200


query = st.text(max_size=12) | st.floats().map(str) | st.integers().map(str)


@given(side=query, sigmas=st.none() | query)
def test_every_address_is_read_or_refused_with_a_sentence(side, sigmas) -> None:
    parameters = {"side": side} | ({} if sigmas is None else {"sigmas": sigmas})
    points, refusal = np.zeros((0, 2)), ""
    try:
        read = manifold.asked("vae", QueryParams(parameters))
        points = manifold.lattice(read.side, read.sigmas)
    except ManifoldError as error:
        refusal = str(error)
    if refusal:
        assert re.fullmatch(r".* from \d.* to \d+\.|.* (5 to 40|0\.5 to 6) .*, not .*\.", refusal)
    else:
        assert len(points) == int(side) ** 2
        assert np.abs(points).max() <= 6


def until_asked(monkeypatch: pytest.MonkeyPatch, times: int) -> threading.Event:
    """An event that is set when so many requests have arrived."""
    arrived, everybody, read = list[str](), threading.Event(), manifold.asked

    def counted(name: str, query: QueryParams) -> manifold.Manifold:
        arrived.append(name)
        if len(arrived) == times:
            everybody.set()
        return read(name, query)

    monkeypatch.setattr(manifold, "asked", counted)
    return everybody


def test_a_class_that_opens_the_page_together_is_drawn_for_once(server, monkeypatch) -> None:
    drawing, everybody = HeldDrawing(monkeypatch), until_asked(monkeypatch, 30)
    with ThreadPoolExecutor(30) as students:
        waiting = [students.submit(get, server, "vae?side=40") for _ in range(30)]
        assert everybody.wait(20)
        assert drawing.begun.wait(20)
        drawing.go.set()
        answers = [student.result() for student in waiting]
    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, _, body in answers}) == 1
    assert sum(drawing.passes) == 1600


def test_what_was_drawn_is_kept_while_others_wait_and_forgotten_in_the_end(server, monkeypatch) -> None:
    monkeypatch.setattr(once, "KEPT", 2)
    assert get(server, "vae?side=5")[0] == 200
    drawing = HeldDrawing(monkeypatch)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(get, server, "vae?side=6")
        assert drawing.begun.wait(20)
        assert get(server, "vae?side=5")[0] == 200  # drawn before: it does not stand in the queue
        drawing.go.set()
        assert waiting.result()[0] == 200
    assert get(server, "vae?side=7")[0] == 200  # forgets side 5, the one not asked for the longest
    assert get(server, "vae?side=6")[0] == 200
    assert drawing.passes == [36, 49]
    assert get(server, "vae?side=5")[0] == 200
    assert drawing.passes == [36, 49, 25]


def test_a_server_with_too_much_to_do_says_so_and_finishes_what_it_has_begun(server, monkeypatch) -> None:
    monkeypatch.setattr(once, "WAITING", 3)
    drawing, everybody = HeldDrawing(monkeypatch), until_asked(monkeypatch, 3)
    with ThreadPoolExecutor(3) as students:
        others = [students.submit(get, server, f"vae?side={side}") for side in (5, 6, 7)]
        assert everybody.wait(20)
        assert drawing.begun.wait(20)
        status, _, body = get(server, "vae?side=9")
        assert (status, body) == (503, b"The server has too much to do; try again in a moment.")
        drawing.go.set()
        assert [student.result()[0] for student in others] == [200, 200, 200]
    assert get(server, "vae?side=9")[0] == 200
    assert sum(drawing.passes) == 25 + 36 + 49 + 81


def test_a_fault_is_one_sentence_and_the_server_goes_on(server, monkeypatch, caplog) -> None:
    def broken(*arguments: object) -> bytes:
        raise RuntimeError("no latent means")

    with monkeypatch.context() as patch:
        patch.setattr(manifold, "png", broken)
        status, _, body = get(server, "vae?side=5")
    assert (status, body) == (500, b"This picture could not be made; the server's log says why.")
    assert "no latent means" in caplog.text
    assert get(server, "vae?side=5")[0] == 200


def test_carried_points_stay_where_the_decode_channel_draws(service) -> None:
    z = carried(lattices.range_lattice(5, 6.0) * 1e4, *2 * [service.checkpoint("vae").latents.means])
    assert np.abs(z).max() > LIMIT  # what the picture must not show
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(manifold, "carried", lambda *_: z)
        picture = manifold.png(service, "vae", 5, 6.0, "vae")
    assert_shows(picture, service, "vae", 5, np.clip(z, -LIMIT, LIMIT))
