"""What may be said, read exactly or refused with a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae.classroom import messages
from vae.classroom.messages import FIRST, FORBIDDEN, MAX_FRAME, STUDENT, TEACHER, Pin, Question, read
from vae.serving.connection import BAD_DATA, TOO_BIG, Refusal

ALL: dict[str, Any] = {**FIRST, **STUDENT, **TEACHER}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=8), values, max_size=4),
    max_leaves=12,
)
KEYS = ("secret", "token", "model", "z1", "z2", "step", "value", "name", "page", "address", "kind")
keys = st.sampled_from([*KEYS, "question", "options", "pins"])
contents = st.dictionaries(keys, json_values, max_size=4) | json_values
near_frames = st.builds(lambda word, content: json.dumps({word: content}), st.sampled_from([*ALL]), contents)


@given(st.text() | near_frames | json_values.map(json.dumps) | st.binary().map(lambda b: b.decode("latin-1")))
def test_whatever_comes_is_read_or_refused_with_a_sentence(frame: str) -> None:
    for words in (FIRST, STUDENT, TEACHER):
        refusals: list[Refusal] = []
        try:
            read(frame, words)
        except Refusal as refusal:
            refusals.append(refusal)
        for refusal in refusals:
            assert refusal.code in (BAD_DATA, FORBIDDEN, TOO_BIG)
            assert refusal.reason.endswith(".")


ODD = {
    "nothing": "",
    "no JSON": "{",
    "no object": "[]",
    "no key": "{}",
    "two keys": '{"clear": {}, "freeze": {}}',
    "deep": "[" * 4000,
    "deeper": '{"pin":' * 500 + "1" + "}" * 500,
    "long": json.dumps({"pin": "x" * MAX_FRAME}),
    "long in bytes": '{"pin": "' + "€" * 1400 + '"}',
    "a huge number": '{"pin": {"model": "vae", "z1": ' + "9" * 4000 + ', "z2": 0}}',
    "not a number": '{"pin": {"model": "vae", "z1": NaN, "z2": 0}}',
    "infinite": '{"pin": {"model": "vae", "z1": 1e999, "z2": 0}}',
    "true": '{"pin": {"model": "vae", "z1": true, "z2": 0}}',
    "too far": '{"pin": {"model": "vae", "z1": 1000.1, "z2": 0}}',
    "a key too many": '{"pin": {"model": "vae", "z1": 1, "z2": 0, "name": "Wise Owl"}}',
    "a key too few": '{"pin": {"model": "vae", "z1": 1}}',
    "a script": '{"pin": {"model": "<script>", "z1": 1, "z2": 0}}',
    "a path": '{"pin": {"model": "../vae", "z1": 1, "z2": 0}}',
    "half a character": r'{"answer": {"step": "\ud800", "value": 0}}',
    "unknown": '{"shout": {}}',
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_frame_is_refused(kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(ODD[kind], STUDENT)
    assert refused.value.reason.endswith(".")
    assert len(refused.value.reason) > 20


@pytest.mark.parametrize("word", TEACHER)
def test_a_teachers_word_is_not_a_students(word: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(json.dumps({word: {}}), STUDENT)
    assert refused.value.code == FORBIDDEN


@given(st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_a_pin_is_kept_to_four_decimals(z1: float, z2: float) -> None:
    pin = read(json.dumps({"pin": {"model": "beta-0.1", "z1": z1, "z2": z2}}), STUDENT)
    assert pin == Pin("beta-0.1", round(z1, 4), round(z2, 4))


WRONG_TEACHING: dict[str, Any] = {
    "a page that is a link": {"pace": {"page": "javascript:alert(1)", "address": {}, "step": None}},
    "no address": {"pace": {"page": "latent_map", "address": None, "step": None}},
    "an address of numbers": {"pace": {"page": "latent_map", "address": {"z": 1}, "step": None}},
    "no kind": {"ask": {"step": "a", "question": "?", "options": ["x", "y"]}},
    "an odd kind": {"ask": {"step": "a", "kind": ["choice"], "question": "?", "options": ["x", "y"]}},
    "the answer with it": {
        "ask": {"step": "a", "kind": "choice", "question": "?", "options": ["x", "y"], "answer": 0}
    },
    "one option": {"ask": {"step": "a", "kind": "choice", "question": "?", "options": ["x"]}},
    "13 options": {"ask": {"step": "a", "kind": "choice", "question": "?", "options": ["x"] * 13}},
    "two lines": {"ask": {"step": "a", "kind": "choice", "question": "a\nb", "options": ["x", "y"]}},
    "hidden pins": {"reveal": {"pins": False}},
    "pins and a step": {"reveal": {"pins": True, "step": "a"}},
    "a name that is none": {"pick": {"name": 3}},
    "something with nothing": {"clear": {"all": True}},
}


@pytest.mark.parametrize("kind", WRONG_TEACHING)
def test_a_teachers_frame_is_exact_too(kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(json.dumps(WRONG_TEACHING[kind]), TEACHER)
    assert refused.value.code == BAD_DATA


RIGHT = {
    "choice": (Question("a", "choice", "?", ("x", "y")), [0, 1], [2, -1, True, 0.0, "0", None, [0]]),
    "point": (Question("a", "point", "?", model="vae"), [[0, 1.5]], [[0], [0, 0, 0], [0, "1"], [0, 1e4], 1]),
    "order": (
        Question("a", "order", "?", ("x", "y", "z")),
        [[2, 0, 1]],
        [[0, 1], [0, 1, 1], [0, 1, 2, 3], [0, 1, True], [0, 1, "2"], [[0], 1, 2], 0],
    ),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_an_answer_fits_its_question(kind: str) -> None:
    question, right, wrong = RIGHT[kind]
    for value in right:
        assert json.loads(json.dumps(question.accept(value))) == value
    for value in wrong:
        with pytest.raises(Refusal):
            question.accept(value)


def test_every_sentence_fits_a_close_frame() -> None:
    """A longer one would be cut."""
    for frame in ODD.values():
        with pytest.raises(Refusal) as refused:
            read(frame, STUDENT)
        assert str(refused.value) == refused.value.reason
    with pytest.raises(Refusal) as refused:
        messages.identifier("")
    assert str(refused.value) == refused.value.reason
