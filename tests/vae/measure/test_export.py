import csv
import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from vae.measure.export import animated_gif, csv_table, figures_table, png_strip
from vae.measure.traversal import Traversal


@pytest.fixture
def images() -> np.ndarray:
    """256 pictures of which each is told from every other."""
    images = np.random.default_rng(0).integers(0, 256, (256, 784), dtype=np.uint8)
    images[:, 0] = np.arange(256)
    return images


def traversal(count: int, with_classes: bool) -> Traversal:
    generator = np.random.default_rng(1)
    classes = generator.dirichlet(np.ones(10), count).astype(np.float32) if with_classes else None
    return Traversal(
        points=generator.normal(size=(count, 2)).astype(np.float32),
        images=np.zeros((count, 784), np.uint8),
        plane_lengths=np.arange(count) * 0.1,
        picture_lengths=np.arange(count) * 1.5,
        change=generator.random(count - 1) * 30,
        density=generator.random(count) * 1e-7,
        empty=np.zeros(count, bool),
        classes=classes,
    )


def frames_of(content: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(content)) as gif:
        return [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(gif)]


def enlarged(image: np.ndarray, scale: int) -> np.ndarray:
    return np.kron(image.reshape(28, 28), np.ones((scale, scale), np.uint8))


def test_the_gif_walks_there_and_back_pixel_by_pixel(images) -> None:
    frames = frames_of(animated_gif(images[:20], scale=3))
    walk = [*range(20), *range(18, 0, -1)]
    assert len(frames) == len(walk)
    for frame, index in zip(frames, walk, strict=True):
        np.testing.assert_array_equal(frame, enlarged(images[index], 3))


def test_the_gif_repeats_for_ever_and_takes_its_time(images) -> None:
    with Image.open(io.BytesIO(animated_gif(images, seconds=2.0, there_and_back=False))) as gif:
        assert gif.format == "GIF"
        assert gif.size == (224, 224)
        assert gif.info["loop"] == 0
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
    assert sum(durations) == pytest.approx(2000, rel=0.05)


def test_a_long_path_is_thinned_evenly_and_keeps_its_ends(images) -> None:
    frames = frames_of(animated_gif(images, seconds=1.0, scale=1, there_and_back=False))
    shown = [int(frame[0, 0]) for frame in frames]
    assert shown[0] == 0
    assert shown[-1] == 255
    assert np.ptp(np.diff(shown)) <= 1


def test_the_gif_of_a_path_that_goes_nowhere_shows_its_picture(images) -> None:
    frames = frames_of(animated_gif(images[:1].repeat(256, axis=0), scale=2))
    np.testing.assert_array_equal(frames[0], enlarged(images[0], 2))


def test_the_strip_shows_eleven_frames_from_end_to_end(images) -> None:
    with Image.open(io.BytesIO(png_strip(images, scale=2))) as image:
        assert image.format == "PNG"
        strip = np.asarray(image)
    assert strip.shape == (56, 11 * 56)
    shown = [0, 26, 51, 76, 102, 128, 153, 178, 204, 230, 255]
    for place, index in enumerate(shown):
        part = strip[:, 56 * place : 56 * (place + 1)]
        frame = int(part[0, 0])
        assert abs(frame - index) <= 1
        np.testing.assert_array_equal(part, enlarged(images[frame], 2))


@pytest.mark.parametrize("with_classes", [True, False])
def test_the_table_holds_every_point_and_figure(with_classes) -> None:
    walk = traversal(7, with_classes)
    header, *rows = csv.reader(io.StringIO(csv_table(walk).decode()))
    digits = [f"p{digit}" for digit in range(10)] if with_classes else []
    assert header == ["t", "z1", "z2", "plane_length", "picture_length", "change", "density", *digits]
    assert rows[0][5] == ""
    values = np.array([[float(cell or "nan") for cell in row] for row in rows])
    assert values.shape == (7, len(header))
    np.testing.assert_allclose(values[:, 0], np.arange(7) / 6, rtol=1e-5)
    np.testing.assert_allclose(values[:, 1:3], walk.points, rtol=1e-5)
    np.testing.assert_allclose(values[:, 3], walk.plane_lengths, rtol=1e-5)
    np.testing.assert_allclose(values[:, 4], walk.picture_lengths, rtol=1e-5)
    np.testing.assert_allclose(values[1:, 5], walk.change, rtol=1e-5)
    np.testing.assert_allclose(values[:, 6], walk.density, rtol=1e-5)
    if walk.classes is not None:
        np.testing.assert_allclose(values[:, 7:], walk.classes, rtol=1e-5)


def test_the_table_of_figures_holds_every_model_and_leaves_gaps() -> None:
    rows = [
        ("autoencoder", 0.0, {"completeness": 0.5, "reconstruction_nats": 100.123456789, "zeal": 1.0}),
        ("beta-0.1", 0.1, {"kl_nats": 7.0, "reconstruction_nats": 101.0, "elbo_nats": float("nan")}),
        ("vae, the flagship", None, {"log_likelihood_nats": -112.29, "age": 3.0}),
        ("beta-32", 32.0, {}),
    ]
    header, *cells = csv.reader(io.StringIO(figures_table(rows).decode()))
    assert header == [
        *("name", "beta", "reconstruction_nats", "kl_nats", "elbo_nats"),
        *("log_likelihood_nats", "completeness", "age", "zeal"),
    ]
    assert cells == [
        ["autoencoder", "0", "100.123", "", "", "", "0.5", "", "1"],
        ["beta-0.1", "0.1", "101", "7", "", "", "", "", ""],
        ["vae, the flagship", "", "", "", "", "-112.29", "", "3", ""],
        ["beta-32", "32", "", "", "", "", "", "", ""],
    ]


def test_the_table_of_no_models_is_its_header() -> None:
    assert figures_table([]) == b"name,beta\n"
