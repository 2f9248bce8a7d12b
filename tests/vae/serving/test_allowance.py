"""The share of the event loop's time that a connection may take."""

from __future__ import annotations

import pytest

from vae.serving import allowance


def test_the_budget_is_a_share_and_a_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(allowance.time, "monotonic", lambda: now)
    budget = allowance.Budget()
    assert budget.spend(allowance.BURST) == 0
    assert budget.spend(0.001) == pytest.approx(0.001 / allowance.SHARE)
    now += 0.001 / allowance.SHARE
    assert budget.spend(0.0) == pytest.approx(0, abs=1e-9)
    now += 1e6
    assert budget.spend(2 * allowance.BURST) == pytest.approx(allowance.BURST / allowance.SHARE)
