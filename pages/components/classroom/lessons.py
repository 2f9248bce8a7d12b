"""The lessons there are, and where their steps are: addresses that hold lesson and step."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pages.components.frame.views import companions
from vae.lessons.lesson import Lesson, Step
from vae.lessons.reading import lessons_in

FOLDER = Path(__file__).resolve().parents[3] / "lessons"


def lessons() -> tuple[dict[str, Lesson], list[str]]:
    """The lessons by name, and a sentence on each file that is wrong."""
    files = sorted(FOLDER.glob("*.toml"))
    return _read(FOLDER, tuple((path.name, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=1)
def _read(folder: Path, stamps: tuple[tuple[str, int], ...]) -> tuple[dict[str, Lesson], list[str]]:
    """Read the files again only when one has changed, so that an edit needs a reload and no restart."""
    return lessons_in(folder)


class Place(NamedTuple):
    """A step of a lesson that a visitor is at."""

    lesson: Lesson
    number: int  # of the step, from 0

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.number]


def place_now() -> Place | None:
    """The step that the address names, or else the first of its lesson; None without a lesson."""
    lesson = lessons()[0].get(companions().get("lesson", ""))
    if lesson is None:
        return None
    ids = [each.id for each in lesson.steps]
    step = companions().get("step")
    return Place(lesson, ids.index(step) if step in ids else 0)


def script(step: Step) -> str:
    """The page of a step, as Streamlit's links name it."""
    return f"{step.page}.py"


def address(lesson: Lesson, step: Step) -> dict[str, str]:
    """The address of the page of a step, in its state, with what goes along."""
    return {**step.address, **companions(), "lesson": lesson.name, "step": step.id}
