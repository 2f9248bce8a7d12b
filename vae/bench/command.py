"""The command line of the benchmarks: python -m vae bench."""

from __future__ import annotations

import argparse
import json

from vae.bench import benchmark, lesson, room, soak, training

MOST_STUDENTS = 1000
MOST_MINUTES = 24 * 60.0
MOST_SENT = 10**8
BELONGS = {  # options: the benchmarks they are of
    **dict.fromkeys(("students", "lessons", "url"), ("lesson",)),
    "minutes": ("lesson", "soak"),
    **dict.fromkeys(("frames", "addresses", "files"), ("soak",)),
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `bench`; its `run` takes the options."""
    bench = commands.add_parser("bench", help="measure speed on this machine")
    bench.add_argument("--json", action="store_true")
    kind = bench.add_mutually_exclusive_group()
    kind.add_argument(
        "--training", action="store_true", help="only training, side by side with the loop of tutorials"
    )
    kind.add_argument("--room", action="store_true", help="a class in one room instead")
    kind.add_argument("--lesson", action="store_true", help="a class on the pages instead")
    kind.add_argument("--soak", action="store_true", help="mixed and hostile use for hours instead")
    bench.add_argument("--minutes", type=minutes, metavar="M", help="of each lesson, or of --soak")
    of_lessons = bench.add_argument_group("of --lesson")
    of_lessons.add_argument("--students", type=students, nargs="+", metavar="N", help="of each class")
    of_lessons.add_argument("--lessons", type=students, metavar="K", help="of each class, in a row")
    of_lessons.add_argument("--url", help="of a server that runs already, instead of one of its own")
    of_soak = bench.add_argument_group("of --soak")
    of_soak.add_argument("--frames", type=sent, metavar="N", help="for decoder and encoder")
    of_soak.add_argument("--addresses", type=sent, metavar="N", help="of pages")
    of_soak.add_argument("--files", type=sent, metavar="N", help="that are uploaded")
    bench.set_defaults(run=run, parser=bench)


def run(options: argparse.Namespace) -> None:
    """Measure and print. Ends the program for options that belong to another benchmark."""
    given = {name: getattr(options, name) for name in BELONGS if getattr(options, name) is not None}
    for name in given:
        if not any(getattr(options, kind) for kind in BELONGS[name]):
            options.parser.error(f"--{name} goes with {' or '.join(f'--{kind}' for kind in BELONGS[name])}")
    if options.lesson:
        figures, as_text = lesson.run(**given), lesson.as_text
    elif options.soak:
        figures, as_text = soak.run(**given), soak.as_text
    else:
        kind = training if options.training else room if options.room else benchmark
        figures, as_text = kind.run(), kind.as_text
    print(json.dumps(figures, indent=1) if options.json else as_text(figures))


def students(text: str) -> int:
    """Reads a whole number from 1 to MOST_STUDENTS. Raises ArgumentTypeError."""
    return _whole(text, 1, MOST_STUDENTS)


def sent(text: str) -> int:
    """Reads a whole number from 0 to MOST_SENT. Raises ArgumentTypeError."""
    return _whole(text, 0, MOST_SENT)


def minutes(text: str) -> float:
    """Reads a number of minutes above 0. Raises ArgumentTypeError."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"minutes, more than 0 and at most {MOST_MINUTES:g}, not {text!r}")
    return number


def _whole(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}, not {text!r}")
    return int(text)
