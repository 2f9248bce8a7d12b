import torch

from vae.training import augmentation
from vae.training.augmentation import jitter


def test_jitter_keeps_shape_and_type_and_moves_every_picture_differently(digits) -> None:
    images = torch.from_numpy(digits.images[:1]).expand(8, 784)
    moved = jitter(images, torch.Generator().manual_seed(0))
    assert moved.shape == images.shape
    assert moved.dtype == torch.uint8
    assert len({picture.numpy().tobytes() for picture in moved}) == 8


def test_jitter_is_reproducible(digits) -> None:
    images = torch.from_numpy(digits.images[:8])
    first = jitter(images, torch.Generator().manual_seed(1))
    assert torch.equal(first, jitter(images, torch.Generator().manual_seed(1)))
    assert not torch.equal(first, jitter(images, torch.Generator().manual_seed(2)))


def test_a_picture_moves_by_no_more_than_the_stated_shift(monkeypatch) -> None:
    for name in ("ROTATION", "SCALING", "SHEAR"):
        monkeypatch.setattr(augmentation, name, 0.0)
    dot = torch.zeros(1, 28, 28, dtype=torch.uint8)
    dot[0, 14, 14] = 255
    moved = jitter(dot.view(1, 784).expand(200, 784), torch.Generator().manual_seed(0)).view(200, 28, 28)
    rows, columns = moved.float().nonzero()[:, 1:].unbind(1)
    assert rows.min() >= 12
    assert rows.max() <= 16
    assert columns.min() >= 12
    assert columns.max() <= 16
    assert rows.min() < 14 < rows.max()
