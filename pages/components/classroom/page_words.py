"""What the Classroom page says of lessons."""

from __future__ import annotations

TAKE = "Take a lesson"
HOW = "Each step opens a page, asks what you expect, and then shows what turns out."

LANGUAGES = {"en": "English", "de": "Deutsch"}


def called(language: str) -> str:
    """A language's own name; its code where that is not known here."""
    return LANGUAGES.get(language, language)


def order(language: str) -> tuple[bool, str]:
    """A key to sort languages by: English first."""
    return language != "en", language


def length(minutes: float, steps: int) -> str:
    return f"{minutes:g} minutes, {steps} {'step' if steps == 1 else 'steps'}"


def start(title: str) -> str:
    return f"Start “{title}” →"
