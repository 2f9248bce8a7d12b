"""Lesson files: what is read, and every mistake named in one sentence with its file and line."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vae.lessons.lesson import Choice, Circle, Lesson, Order, Piece, Point, Step, pieces
from vae.lessons.reading import LARGEST, MOST_LESSONS, LessonError, lessons_in, read_lesson

SOUND = """\
title = "A lesson"
language = "en"
minutes = 10

[[step]]
id = "first"
concept = "The plane"
page = "latent_map"
address = "?model=vae&z1=0.5&z2=-1.2"
do = "Point at the plane."
reveal = "A code is $z = (z_1, z_2)$."
formula = '\\mu = (z_1, z_2)'
sources = ["Kingma & Welling 2014"]
hide = ["model", "more"]
minutes = 4

[step.ask]
question = "How many numbers?"
options = ["One", "Two"]
answer = "Two"

[[step]]
id = "second-step"
concept = "A place"
page = "completeness"
do = "Point."
reveal = "There."
minutes = 3.5

[step.ask]
question = "Where?"
model = "vae"
where = { z1 = 0.5, z2 = -1, radius = 0.3 }

[[step]]
id = "third"
concept = "An order"
page = "continuity"
do = "Look."
reveal = "So."
minutes = 2

[step.ask]
question = "In which order?"
items = ["a", "b", "c"]
"""

FIRST = Step(
    id="first",
    concept="The plane",
    page="latent_map",
    address={"model": "vae", "z1": "0.5", "z2": "-1.2"},
    do="Point at the plane.",
    ask=Choice("How many numbers?", ("One", "Two"), 1),
    reveal="A code is $z = (z_1, z_2)$.",
    formula=r"\mu = (z_1, z_2)",
    sources=("Kingma & Welling 2014",),
    hide=("model", "more"),
    minutes=4.0,
)


def written(folder: Path, text: str | bytes, name: str = "mine.en.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return path


def sentence(folder: Path, text: str | bytes) -> str:
    """What is said of a file that is wrong, after its name and line, with the line before it."""
    with pytest.raises(LessonError) as caught:
        read_lesson(written(folder, text))
    found = re.fullmatch(r"mine\.en\.toml, line (\d+): (.+)\.", str(caught.value))
    assert found, str(caught.value)
    assert "\n" not in found[2]
    return f"{found[1]}: {found[2]}"


def test_a_lesson_is_what_its_file_says(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path, SOUND))
    assert (lesson.name, lesson.title, lesson.language, lesson.minutes) == ("mine.en", "A lesson", "en", 10.0)
    first, second, third = lesson.steps
    assert first == FIRST
    assert second.ask == Point("Where?", "vae", Circle(0.5, -1.0, 0.3))
    assert (second.address, second.formula, second.sources, second.hide) == ({}, "", (), ())
    assert third.ask == Order("In which order?", ("a", "b", "c"))


def test_a_place_may_be_a_class_and_a_step_may_ask_nothing(tmp_path: Path) -> None:
    text = SOUND.replace("{ z1 = 0.5, z2 = -1, radius = 0.3 }", '"7"')
    text = text[: text.rindex("[step.ask]")]
    steps = read_lesson(written(tmp_path, text)).steps
    assert steps[1].ask == Point("Where?", "vae", "7")
    assert steps[2].ask is None


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + SOUND.encode(), SOUND.replace("\n", "\r\n").encode()])
def test_files_as_windows_saves_them_are_read(tmp_path: Path, content: bytes) -> None:
    assert read_lesson(written(tmp_path, content)).steps[0] == FIRST


# what is replaced by what, and what is said: the line, a colon, and the sentence or its beginning
MISTAKES = [
    ('title = "A lesson"\n', "", "1: title is missing"),
    ('title = "A lesson"', "title = 3", "1: title must be a text in quotation marks"),
    ('title = "A lesson"', 'title = " "', "1: title is empty"),
    ('title = "A lesson"', f'title = "{81 * "x"}"', "1: title has 81 characters, and 80 are allowed"),
    ('title = "A lesson"', 'title = "A lesson', "1: this is no TOML"),
    ('language = "en"', 'language = "English"', "2: language must look like en or de"),
    ("minutes = 10", 'minutes = "10"', "3: minutes must be a number from 1 to 600"),
    ("minutes = 10", "minutes = true", "3: minutes must be a number from 1 to 600"),
    ("minutes = 10", "minutes = nan", "3: minutes must be a number from 1 to 600"),
    ("minutes = 10", "minutes = 10\nauthor = 'me'", "4: 'author' is not known here"),
    ("minutes = 10", "minutes = 10\nminutes = 11", "4: this is no TOML"),
    (SOUND[SOUND.index("[[step]]") :], "", "1: step is missing"),
    (SOUND[SOUND.index("[[step]]") :], "step = 3", "5: step must be one table or more"),
    (SOUND[SOUND.index("[[step]]") :], "step = []", "5: step must be one table or more"),
    (SOUND[SOUND.index("[[step]]") :], "step = [3]", "5: step must be a table"),
    ('id = "first"\n', "", "5: id is missing"),
    ('id = "first"', 'id = "The First"', "6: id must look like the-first-step"),
    ('id = "third"', 'id = "first"', "36: another step is called 'first', too"),
    ('concept = "A place"', 'concept = "A <b>place</b>"', "24: concept has HTML, and texts are plain"),
    ('page = "latent_map"', 'page = "map"', "8: page is 'map', and must be one of latent_map, one_digit"),
    ("?model=vae&z1=0.5", "http://localhost:8501/?model=vae&z1=0.5", "9: address must be only what follows"),
    ("?model=vae&z1=0.5", "?vae", "9: address must be what follows the ? in the browser"),
    ("?model=vae&z1=0.5", "?z2=4&z1=0.5", "9: address has the same parameter twice"),
    ("?model=vae&z1=0.5", "?" + "&".join(f"a{k}=" for k in range(41)), "9: address must be what follows"),
    ('address = "?model=vae&z1=0.5&z2=-1.2"', "address = { z1 = 1 }", "9: address must be a text"),
    ('do = "Point at the plane."', 'do = "Point at $z$."', "10: do has a dollar sign"),
    ('do = "Point at the plane."', 'do = "Point\\nhere."', "10: do has a line break"),
    ('do = "Point at the plane."', 'do = "Point \\u202ehere."', "10: do has a line break or another unseen"),
    ("$z = (z_1, z_2)$", "$z = (z_1, z_2)", "11: reveal has a dollar sign"),
    ("$z = (z_1, z_2)$", "<script>", "11: reveal has HTML"),
    ("$z = (z_1, z_2)$", "$\\\\href{x}{y}$", "11: reveal has a command that formulas may not use"),
    ("$z = (z_1, z_2)$", "x" * 500, "11: reveal has 511 characters, and 500 are allowed"),
    ("'\\mu = (z_1, z_2)'", "'$x$'", "12: formula has a dollar sign"),
    ("'\\mu = (z_1, z_2)'", "'\\def\\a{\\a\\a}'", "12: formula has a command that formulas may not use"),
    ('["Kingma & Welling 2014"]', '"Kingma"', "13: sources must be a list of 0 to 6 texts"),
    ('["Kingma & Welling 2014"]', '["Kingma", "Kingma"]', "13: sources has the same text twice"),
    ('["Kingma & Welling 2014"]', "[2014]", "13: sources must be a text in quotation marks"),
    ('["model", "more"]', '["model", "menu"]', "14: hide has 'menu', and can have model, controls"),
    ("minutes = 4", "minutes = 0", "15: minutes must be a number from 0.1 to 600"),
    ("minutes = 4\n", "", "5: minutes is missing"),
    ("minutes = 4", "minutes = 4\n[step.extra]\nx = 1", "16: 'extra' is not known here"),
    ("minutes = 4\n\n[step.ask]", "minutes = 4\nask = 3\n\n[step.more]", "16: ask must be a table"),
    ('question = "How many numbers?"\n', "", "17: question is missing"),
    ('answer = "Two"', 'answer = "two"', "20: answer must be one of the options, word by word"),
    ('answer = "Two"\n', "", "17: answer is missing"),
    ('answer = "Two"', "answer = 1", "20: answer must be a text in quotation marks"),
    (
        'options = ["One", "Two"]\nanswer = "Two"\n',
        "",
        "17: ask needs options and answer, or model and where",
    ),
    ('options = ["One", "Two"]\n', "", "17: options is missing"),
    ('["One", "Two"]', '["Two"]', "19: options must be a list of 2 to 6 texts"),
    ('["One", "Two"]', '["Two", " Two "]', "19: options has the same text twice"),
    ('answer = "Two"', 'answer = "Two"\nitems = ["a", "b"]', "21: 'items' is not known here"),
    ('model = "vae"\n', "", "30: model is missing"),
    ("where = {", "where = [] # {", "33: where must be a table"),
    ("radius = 0.3", "radius = 0", "33: radius must be a number from 0.01 to 1000"),
    ("radius = 0.3", "r = 0.3", "33: radius is missing"),
    ("z2 = -1,", "z2 = inf,", "33: z2 must be a number from -1000 to 1000"),
    ('["a", "b", "c"]', '["a", "b", "c", "a"]', "45: items has the same text twice"),
    ('["a", "b", "c"]', '["a", "b", "c", "d", "e", "f", "g"]', "45: items must be a list of 2 to 6 texts"),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[said for *_, said in MISTAKES])
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SOUND
    assert sentence(tmp_path, SOUND.replace(old, new, 1)).startswith(said)


def test_a_line_is_right_behind_texts_of_several_lines(tmp_path: Path) -> None:
    text = SOUND.replace('do = "Point."', 'do = """\\\n  reveal = 3 \\\n  [[step]] \\\n"""\nmore = 1')
    assert sentence(tmp_path, text) == "30: 'more' is not known here"


def test_too_many_steps_are_named_at_the_first_one_too_many(tmp_path: Path) -> None:
    step = SOUND[SOUND.rindex("[[step]]") :]
    text = SOUND + "".join(step.replace("third", f"step-{k}") for k in range(57))
    assert len(read_lesson(written(tmp_path, text)).steps) == 60
    line = text.count("\n") + 1
    assert sentence(tmp_path, text + step) == f"{line}: there are 61 of step, and 60 are allowed"


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    assert sentence(tmp_path, b"title = '\n\xff'") == "2: the file must be saved as UTF-8"
    assert sentence(tmp_path, b"#" * (LARGEST + 1)) == "1: the file is larger than 256 KB"
    assert sentence(tmp_path, "\n#" + "x" * 8000) == "2: the line is longer than 8,000 characters"
    assert sentence(tmp_path, "a = " + 5_000 * "[") == "1: this is no TOML (lists are nested too deeply)"
    with pytest.raises(LessonError, match=r"^not_there\.toml, line 1: cannot be read \(No such file"):
        read_lesson(tmp_path / "not_there.toml")
    with pytest.raises(LessonError, match=r"^'a b\.toml', line 1: name the file"):
        read_lesson(written(tmp_path, SOUND, "a b.toml"))


def test_the_largest_files_are_refused_quickly(tmp_path: Path) -> None:
    for unit in ("a.", "a.a = 1\n", 3999 * "a." + "a=1\n", "[[step]]\n", "x = 1 # ''' \n", "'''\n", "a=[\n"):
        begun = time.monotonic()
        sentence(tmp_path, unit * (LARGEST // len(unit)))
        assert time.monotonic() - begun < 20, unit[:20]


tables = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
    return {None: "{}", True: "true", False: "false"}.get(value, repr(value))  # type: ignore[call-overload]


KEYS = [number for number, line in enumerate(SOUND.split("\n")) if " = " in line]


@given(st.sampled_from(KEYS), tables)
def test_any_value_is_read_or_named_at_its_line(
    tmp_path_factory: pytest.TempPathFactory, number: int, value: object
) -> None:
    lines = SOUND.split("\n")
    lines[number] = f"{lines[number].split(' = ')[0]} = {toml(value)}"
    try:
        read_lesson(written(tmp_path_factory.getbasetemp(), "\n".join(lines)))
    except LessonError as error:
        found = re.match(r"mine\.en\.toml, line (\d+): ", str(error))
        assert found
        about_the_answer = lines[number].startswith("options") and "answer must be one of" in str(error)
        about_another = "another step" in str(error)
        assert int(found[1]) == number + 1 or about_the_answer or about_another


@given(st.binary(max_size=60), st.integers(0, len(SOUND)), st.integers(0, 40))
@example(b'"""', 100, 0)
@example(b"\r", 30, 0)
@example(b"9" * 60 * 100, 60, 0)
def test_any_file_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int, cut: int
) -> None:
    content = SOUND.encode()
    content = content[:place] + junk + content[place + cut :]
    try:
        said = ""
        assert isinstance(read_lesson(written(tmp_path_factory.getbasetemp(), content)), Lesson)
    except LessonError as error:
        said = str(error)
    if said:
        found = re.match(r"mine\.en\.toml, line (\d+): ", said)
        assert found
        assert 1 <= int(found[1]) <= content.count(b"\n") + 1
        assert len(said) < 400


def test_a_folder_gives_what_is_sound_and_names_the_rest(tmp_path: Path) -> None:
    written(tmp_path, SOUND, "b.toml")
    written(tmp_path, SOUND, "a.de.toml")
    written(tmp_path, "title = 3", "c.toml")
    written(tmp_path, "not a lesson", "notes.txt")
    (tmp_path / "folder.toml").mkdir()
    lessons, wrong = lessons_in(tmp_path)
    assert list(lessons) == ["a.de", "b"]
    assert wrong == ["c.toml, line 1: title must be a text in quotation marks."]
    assert lessons_in(tmp_path / "not_there") == ({}, [])


def test_a_folder_of_very_many_files_is_read_in_part(tmp_path: Path) -> None:
    for number in range(MOST_LESSONS + 1):
        written(tmp_path, SOUND, f"{number:03}.toml")
    lessons, wrong = lessons_in(tmp_path)
    assert len(lessons) == MOST_LESSONS
    assert wrong == [f"{tmp_path.name} has 101 lessons, and the first 100 are read."]


def test_a_reveal_is_taken_apart_into_text_and_formulas() -> None:
    assert list(pieces("$a$ and $b$.")) == [
        Piece("a", True),
        Piece(" and ", False),
        Piece("b", True),
        Piece(".", False),
    ]
    assert list(pieces("5 $")) == [Piece("5 $", False)]
