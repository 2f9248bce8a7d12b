"""Draw what a checkpoint's decoder makes of the whole prior: 20 x 20 points at its quantiles.

python docs/make_contact_sheet.py checkpoints/vae.pt docs/contact-sheet.png
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from vae.config import SIDE  # noqa: E402
from vae.model.checkpoint import load  # noqa: E402
from vae.model.network import probabilities  # noqa: E402
from vae.plane.lattices import prior_lattice  # noqa: E402

ROWS = 20


def contact_sheet(path: Path) -> Image.Image:
    """Cells of equal prior mass, z1 to the right and z2 upwards."""
    z = torch.from_numpy(prior_lattice(ROWS))
    pictures = probabilities(load(path).build().decode(z)).view(ROWS, ROWS, SIDE, SIDE)
    sheet = pictures.permute(0, 2, 1, 3).reshape(ROWS * SIDE, ROWS * SIDE)
    return Image.fromarray((sheet * 255).round().to(torch.uint8).numpy())


if __name__ == "__main__":
    contact_sheet(Path(sys.argv[1])).save(sys.argv[2], optimize=True)
