"""Words for students are short: no sentence of a page is longer than 20 words, nor of what is folded away."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).parents[2] / "pages" / "main.py"
LONGEST = 20  # words
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
ENDS = re.compile(r"(?<=[.:;?!])\s+")  # of sentences, and of parts that are read on their own
PARAGRAPH = re.compile(r"\n\s*\n|\n\s*- ")
BLOCK = re.compile(r"<br>|</(?:p|h\d|div|tr|th|td|dt|dd|li|figcaption|span|b)>")


def sentences(app: AppTest) -> Iterator[str]:
    texts = [element.value for element in app.html if not element.value.lstrip().startswith("<style")]
    texts += [element.value for kind in (app.markdown, app.caption, app.warning) for element in kind]
    for text in texts:
        plain = html.unescape(re.sub(r"<[^>]+>", "", BLOCK.sub("\n\n", FORMULA.sub("formula", text))))
        for paragraph in PARAGRAPH.split(plain):
            yield from ENDS.split(" ".join(paragraph.split()))


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("latent_map", {}),
        ("latent_map", {"model": "autoencoder"}),
        ("continuity", {}),
        ("continuity", {"path": "geodesic"}),
        ("continuity", {"mode": "axes"}),
        ("one_digit", {"ask": "1"}),
        ("one_digit", {"model": "autoencoder"}),
        ("completeness", {}),
        ("completeness", {"beta": "32"}),
        ("training", {}),
    ],
)
def test_no_sentence_is_longer_than_a_student_reads_in_one_go(page: str, address: dict[str, str]) -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page(f"{page}.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception
    read = list(sentences(app))
    assert len(read) > 20
    assert [sentence for sentence in read if len(sentence.split()) > LONGEST] == []
