"""What the lesson's bar says, in the language of the lesson."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """The bar's own words; `controls` are those of the question's controls (question.js, lesson_ask.js)."""

    step: str
    back: str
    forth: str
    leave: str
    last: str
    elsewhere: str
    first_answer: str
    right: str
    wrong: str
    unknown: str
    answer: str
    sources: str
    controls: Mapping[str, str]


ENGLISH = Words(
    step="Step {number} of {all}",
    back="Back",
    forth="Next",
    leave="Leave the lesson",
    last="This was the last step.",
    elsewhere="Go to this step’s page",
    first_answer="Answer first. What turns out then stands here.",
    right="Yes, that is right.",
    wrong="Not quite.",
    unknown="This cannot be checked here.",
    answer="Right is:",
    sources="Sources",
    controls={
        "send": "Lock",
        "sendPin": "Lock this pin",
        "sendOrder": "Lock this order",
        "pinFirst": "Pin your answer on the map.",
        "otherMap": "That was another model’s map: pin on the right one.",
        "yourPin": "Your pin:",
        "up": "Move up:",
        "down": "Move down:",
        "lockIt": "Lock it",
        "change": "Change it",
        "stays": "Once locked, it stays.",
        "youSaid": "You said:",
    },
)

GERMAN = Words(
    step="Schritt {number} von {all}",
    back="Zurück",
    forth="Weiter",
    leave="Stunde verlassen",
    last="Das war der letzte Schritt.",
    elsewhere="Zur Seite dieses Schritts",
    first_answer="Antworte zuerst. Hier steht dann, was herauskommt.",
    right="Ja, das stimmt.",
    wrong="Nicht ganz.",
    unknown="Das lässt sich hier nicht prüfen.",
    answer="Richtig ist:",
    sources="Quellen",
    controls={
        "send": "Festlegen",
        "sendPin": "Diese Nadel festlegen",
        "sendOrder": "Diese Reihenfolge festlegen",
        "pinFirst": "Setze deine Nadel auf die Karte.",
        "otherMap": "Das war die Karte eines anderen Modells: nimm die richtige.",
        "yourPin": "Deine Nadel:",
        "up": "Nach oben:",
        "down": "Nach unten:",
        "lockIt": "Jetzt festlegen",
        "change": "Ändern",
        "stays": "Danach bleibt es dabei.",
        "youSaid": "Deine Antwort:",
    },
)


def words(language: str) -> Words:
    """In English, where a language is not known here."""
    return GERMAN if language.partition("-")[0] == "de" else ENGLISH
