"""The benchmark of a room, small, on the real server."""

from __future__ import annotations

import json

import pytest

from vae.bench import room


def test_a_small_class_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST", 0.0)
    figures = json.loads(json.dumps(room.run(students=5, rounds=1, seconds=2.0), allow_nan=False))
    assert figures["students"] == 5
    assert [row["shown"] for row in figures["rounds"]] == [False, True]
    for row in figures["rounds"]:
        assert row["lost"] == 0
        assert row["pins_per_second"] == 5
        assert 0 < row["pin_ms"]["p50"] <= row["pin_ms"]["p95"]
    assert "5 students" in room.as_text(figures)
