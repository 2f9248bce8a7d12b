"""Rooms on the Classroom page: join one, or open one."""

from __future__ import annotations


def show_rooms() -> None:
    """Nothing yet."""
