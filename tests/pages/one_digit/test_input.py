"""What browser and server must agree on about pictures that are brought along."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pages.components.one_digit
from vae.pictures.opened import FORMATS
from vae.serving.pictures import MOST_BYTES

FOLDER = Path(pages.components.one_digit.__file__).parent
UPLOAD = (FOLDER / "upload.js").read_text(encoding="utf-8")


def test_the_browser_sends_no_file_that_the_server_refuses_for_its_size() -> None:
    written = re.search(r"MOST_BYTES = (\d+) \* 2 \*\* (\d+);", UPLOAD)
    assert written is not None
    assert math.prod((int(written[1]), 2 ** int(written[2]))) == MOST_BYTES
    assert f"larger than {MOST_BYTES // 2**20} MB" in UPLOAD


def test_the_browser_offers_the_formats_that_are_opened() -> None:
    written = re.search(r'FORMATS = "([^"]+)"', UPLOAD)
    assert written is not None
    assert written[1].split(",") == [f"image/{name.lower()}" for name in FORMATS]


def test_what_the_boxes_say_is_short() -> None:
    said = [
        text
        for name in ("input_box", "output_box", "upload")
        for text in re.findall(
            r'"([A-Z0-9][^"]* [^"]*\.)"', (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        )
    ]
    assert len(said) > 8
    assert [part for text in said for part in text.split(". ") if len(part.split()) > 20] == []
