"""What a room's bar says, in the language of the lesson that goes along; in English without one."""

from __future__ import annotations

from collections.abc import Mapping

# By the name under which scripts know it: student_side.js, teacher_side.js, question.js, results.js.
_WORDS: Mapping[str, tuple[str, str]] = {
    "room": ("Room", "Raum"),
    "here": ("here", "da"),
    # a student's
    "privacy": (
        "You get a name, and need no account. All is forgotten when the room ends.",
        "Du bekommst einen Namen und brauchst kein Konto. Mit dem Raum wird alles vergessen.",
    ),
    "join": ("Join", "Mitmachen"),
    "notNow": ("Not now", "Jetzt nicht"),
    "joining": ("Joining the room.", "Der Raum wird betreten."),
    "leave": ("Leave", "Verlassen"),
    "useHere": ("Use it here", "Hier weitermachen"),
    "closed": ("The room is closed.", "Der Raum ist geschlossen."),
    "close": ("Close", "Schließen"),
    "youAre": ("You are {name}", "Du bist {name}"),
    "frozen": (
        "Pins stand still: your teacher has frozen them.",
        "Die Nadeln stehen still: deine Lehrerin oder dein Lehrer hält sie fest.",
    ),
    "onTheMap": ("On the map:", "Auf der Karte:"),
    "everyoneIsHere": ("Everyone is here:", "Alle sind hier:"),
    "stay": ("Stop following", "Nicht mehr folgen"),
    "follow": ("Follow", "Folgen"),
    "panel": ("The class’s question", "Die Frage an die Klasse"),
    "classAnswered": ("What the class answered", "Was die Klasse geantwortet hat"),
    "putAway": ("Put it away", "Weglegen"),
    "yourAnswer": ("Your answer:", "Deine Antwort:"),
    "wait": ("Wait for the others.", "Warte auf die anderen."),
    "lockBelow": (
        "The class answers now: lock your answer below.",
        "Die Klasse antwortet jetzt: lege deine Antwort unten fest.",
    ),
    # a question's controls
    "send": ("Send", "Senden"),
    "sendPin": ("Send this pin", "Diese Nadel senden"),
    "sendOrder": ("Send this order", "Diese Reihenfolge senden"),
    "pinFirst": ("Pin your answer on the map.", "Setze deine Nadel auf die Karte."),
    "otherMap": (
        "That was another model’s map: open the right one.",
        "Das war die Karte eines anderen Modells: öffne die richtige.",
    ),
    "yourPin": ("Your pin:", "Deine Nadel:"),
    "openMap": ("Open its map", "Ihre Karte öffnen"),
    "up": ("Move up:", "Nach oben:"),
    "down": ("Move down:", "Nach unten:"),
    # a result
    "answer": ("answer", "Antwort"),
    "answers": ("answers", "Antworten"),
    "place": ("Put at place", "Auf Platz"),
    "cloud": ("pins in the latent plane", "Nadeln in der latenten Ebene"),
    # a teacher's
    "pins": ("pins", "Nadeln"),
    "away": (
        "The room does not answer. It is tried again.",
        "Der Raum antwortet nicht. Es wird wieder versucht.",
    ),
    "tooLong": (
        "This is too long for a room: lead to a page without a drawing.",
        "Das ist zu lang für einen Raum: führe auf eine Seite ohne Zeichnung.",
    ),
    "everyoneHere": ("Everyone here", "Alle hierher"),
    "letGo": ("Let everyone go", "Alle loslassen"),
    "freeze": ("Freeze pins", "Nadeln festhalten"),
    "unfreeze": ("Let pins move", "Nadeln loslassen"),
    "show": ("Show pins to all", "Nadeln allen zeigen"),
    "hide": ("Hide pins from all", "Nadeln verbergen"),
    "ask": ("Ask this step’s question", "Die Frage dieses Schritts stellen"),
    "reveal": ("Reveal to students", "Der Klasse zeigen"),
    "answered": ("{count} of {here} have answered.", "{count} von {here} haben geantwortet."),
    "desk": ("To the desk", "Zum Pult"),
}


def room_words(language: str) -> dict[str, str]:
    """In English, where a language is not known here."""
    index = 1 if language.partition("-")[0] == "de" else 0
    return {name: said[index] for name, said in _WORDS.items()}
