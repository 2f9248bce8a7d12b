"""What of a room is told to whom: everything to the teacher, to students what the teacher has opened.

`seen` is the version of the room up to which a listener has heard everything, 0 at first.
"""

from __future__ import annotations

from typing import Any

from vae.classroom.members import Member
from vae.classroom.room import Room

Frame = dict[str, Any]


def to_teacher(room: Room, seen: int) -> list[Frame]:
    """One frame, the whole state or what changed since `seen`; none where nothing did."""
    if seen >= room.version:
        return []
    since = 0 if seen < room.lost_at else seen
    members = room.members.values()
    told: Frame = {name: value for name, value in room.settings.items() if room.set_at[name] > since}
    told["members"] = {m.name: {"here": m.seat is not None} for m in members if m.here_at > since}
    told["pins"] = _pins(room, since, with_time=True)
    told["questions"] = {
        step: question.told() for step, question in room.questions.items() if room.asked_at[step] > since
    }
    answers: dict[str, Frame] = {}
    for member in members:
        for step, at in member.answered_at.items():
            if at > since:
                answers.setdefault(step, {})[member.name] = member.answers[step]
    told["answers"] = answers
    if since:
        return [{"changes": {name: value for name, value in told.items() if value or name in room.settings}}]
    return [{"state": {"code": room.code, **told}}]


def to_students(room: Room, seen: int) -> list[Frame]:
    """What all students hear alike, at most two frames: the room, and the pins where they are shown."""
    told: Frame = {name: value for name, value in room.settings.items() if room.set_at[name] > seen}
    if room.counted_at > seen:
        told["members"] = room.count
    frames = [{"room": told}] if told else []
    if room.settings["shown"]:
        whole = seen < max(room.set_at["shown"], room.lost_at)
        pins = _pins(room, 0 if whole else seen)
        if pins or whole:
            frames.append({"pins": {"whole": whole, "by": pins}})
    return frames


def to_member(member: Member) -> Frame:
    """What one student hears alone: what the room holds of this student."""
    return {"you": {"pin": member.pin and member.pin._asdict(), "answers": member.answers}}


def _pins(room: Room, since: int, with_time: bool = False) -> dict[str, Frame | None]:
    """Pins by name, None for one that was taken away; of a whole state only those that are there."""
    told: dict[str, Frame | None] = {}
    for member in room.members.values():
        if member.pin is not None and member.pin_at > since:
            time = {"at": round(member.pinned, 1)} if with_time else {}
            told[member.name] = member.pin._asdict() | time
        elif member.pin is None and member.pin_at > since > 0:
            told[member.name] = None
    return told
