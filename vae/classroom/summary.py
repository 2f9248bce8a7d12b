"""What a class answered, without names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vae.classroom.messages import Question, Value

DECIMALS = 2  # of a point among all the others


def summary(question: Question, answers: Sequence[Value]) -> dict[str, Any]:
    """The kind, the number of answers, and by kind:

    - choice: `counts`, of each option.
    - point: `points`, each as [z1, z2], in no order that tells who gave it.
    - order: `counts[i][p]`, how often option i was put at position p.
    """
    told: dict[str, Any] = {"kind": question.kind, "answers": len(answers)}
    if question.kind == "point":
        points = [answer for answer in answers if isinstance(answer, tuple)]
        return told | {"points": sorted([round(z, DECIMALS) + 0.0 for z in point] for point in points)}
    size = len(question.options)
    if question.kind == "choice":
        return told | {"counts": [list(answers).count(option) for option in range(size)]}
    counts = [[0] * size for _ in range(size)]
    for order in answers:
        assert isinstance(order, tuple)
        for position, option in enumerate(order):
            counts[int(option)][position] += 1
    return told | {"counts": counts}
