"""Answers to the questions of lessons: what a browser told, and whether it is right."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from pages.components.mount.component import is_number, point
from vae.lessons.lesson import Ask, Choice, Order, Point, Step
from vae.plane.limits import NEIGHBOURS
from vae.plane.neighbours import nearest
from vae.serving.decoding import DecoderService

# The index of an option, a place (z1, z2), or the indices of the items as they were shown, in a new order.
Answer = int | tuple[float, float] | tuple[int, ...]


def shuffled(step: Step, items: Sequence[str]) -> list[int]:
    """The indices of items in the order in which a step shows them: always the same, never the right one."""
    order = list(range(len(items)))
    random.Random(step.id).shuffle(order)
    return order if order != sorted(order) else order[::-1]


def options(step: Step, ask: Ask) -> list[str]:
    """What a question offers, as it is shown; nothing where a place is asked for."""
    match ask:
        case Choice():
            return list(ask.options)
        case Order():
            return [ask.items[index] for index in shuffled(step, ask.items)]
    return []


def question(step: Step, ask: Ask) -> dict[str, Any]:
    """A step's question as the protocol of rooms says it; items to be ordered are shuffled."""
    if isinstance(ask, Point):
        return {"step": step.id, "kind": "point", "question": ask.question, "model": ask.model}
    kind = type(ask).__name__.lower()
    return {"step": step.id, "kind": kind, "question": ask.question, "options": options(step, ask)}


def understood(told: object, ask: Ask) -> Answer | None:
    """The answer that a browser told; None if it is none to this question."""
    if isinstance(ask, Point):
        return point(told)
    if isinstance(ask, Choice):
        is_one = isinstance(told, int) and not isinstance(told, bool) and 0 <= told < len(ask.options)
        return told if is_one else None  # type: ignore[return-value]
    if not isinstance(told, list | tuple) or len(told) != len(ask.items) or not all(map(is_number, told)):
        return None
    order = tuple(int(index) for index in told)
    return order if sorted(order) == list(range(len(ask.items))) else None


def is_right(answer: Answer, step: Step, ask: Ask, service: DecoderService) -> bool | None:
    """Whether it is; None where nobody can tell, since the model of the plane is not there."""
    match ask:
        case Choice():
            return answer == ask.answer
        case Order():
            assert isinstance(answer, tuple)
            shown = shuffled(step, ask.items)
            return [shown[int(index)] for index in answer] == sorted(shown)
    assert isinstance(answer, tuple)
    return lies_right((answer[0], answer[1]), ask, service)


def lies_right(z: tuple[float, float], ask: Point, service: DecoderService) -> bool | None:
    """Whether a place lies within the circle, or where most of the nearest codes are of the class."""
    if not isinstance(ask.where, str):
        z1, z2, radius = ask.where
        return (z[0] - z1) ** 2 + (z[1] - z2) ** 2 <= radius**2
    if not service.has(ask.model):
        return None
    checkpoint = service.checkpoint(ask.model)
    if ask.where not in checkpoint.classes:
        return None
    indices, distances = nearest(checkpoint.latents.means, z, NEIGHBOURS)
    labels = checkpoint.latents.labels[indices]
    mostly = (labels == checkpoint.classes.index(ask.where)).mean() > 0.5
    return bool(mostly and distances[0] <= checkpoint.latents.reach)
