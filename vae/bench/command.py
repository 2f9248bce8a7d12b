"""The command line of the benchmarks: python -m vae bench."""

from __future__ import annotations

import argparse
import json

from vae.bench import benchmark, lesson, room, training

MOST_STUDENTS = 1000
MOST_MINUTES = 60.0


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
    of_lessons = bench.add_argument_group("of --lesson")
    of_lessons.add_argument("--students", type=students, nargs="+", metavar="N", help="of each class")
    of_lessons.add_argument("--minutes", type=minutes, metavar="M", help="of each lesson")
    of_lessons.add_argument("--lessons", type=students, metavar="K", help="of each class, in a row")
    of_lessons.add_argument("--url", help="of a server that runs already, instead of one of its own")
    bench.set_defaults(run=run, parser=bench)


def run(options: argparse.Namespace) -> None:
    """Measure and print. Ends the program for options that belong to another benchmark."""
    names = ("students", "minutes", "lessons", "url")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if given and not options.lesson:
        options.parser.error(f"--{next(iter(given))} goes with --lesson")
    if options.lesson:
        figures, as_text = lesson.run(**given), lesson.as_text
    else:
        kind = training if options.training else room if options.room else benchmark
        figures, as_text = kind.run(), kind.as_text
    print(json.dumps(figures, indent=1) if options.json else as_text(figures))


def students(text: str) -> int:
    """Reads a whole number from 1 to MOST_STUDENTS. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_STUDENTS:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST_STUDENTS}, not {text!r}")
    return int(text)


def minutes(text: str) -> float:
    """Reads a number of minutes above 0. Raises ArgumentTypeError."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"minutes, more than 0 and at most {MOST_MINUTES:g}, not {text!r}")
    return number
