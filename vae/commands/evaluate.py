"""The command line of measuring: python -m vae evaluate | score."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from vae.commands import CHECKPOINTS, stored
from vae.config import ConfigError
from vae.data import Digits
from vae.datasets.chosen import chosen, named
from vae.datasets.dataset import MNIST
from vae.device import choose_device
from vae.measure import belonging, evaluation
from vae.measure.foreign import is_foreign, load_foreign
from vae.measure.judging import judge_figures
from vae.measure.outlook import outlook
from vae.model.checkpoint import CheckpointError, kind_of, load, save
from vae.model.classifier import KIND as CLASSIFIER
from vae.model.classifier import find_classifier, load_classifier, save_classifier
from vae.model.files import digest, held, require_replaceable
from vae.training.presets import PRESETS

MOST_SAMPLES = 100_000  # of an image, for the IWAE bound


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands `evaluate` and `score`; their `run` takes the options."""
    evaluate = commands.add_parser("evaluate", help="measure a checkpoint on the test set, print the figures")
    evaluate.add_argument("file", help="a checkpoint, or a foreign decoder: FILE.onnx or module:function")
    evaluate.add_argument(
        "--iwae", type=samples, default=0, metavar="K", help="also the IWAE bound with K samples"
    )
    evaluate.add_argument(
        "--gaps", action="store_true", help="also the best Gaussian of each image, and what the ELBO lacks"
    )
    evaluate.add_argument("--data", metavar="DATA", help="the images, named as for training")
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument(
        "--quick",
        action="store_true",
        help=f"only the first {evaluation.QUICK_IMAGES:,} images, fewer draws and coarser lattices",
    )
    evaluate.add_argument(
        "--record",
        action="store_true",
        help="also write the figures into the checkpoint, where the app reads them",
    )
    evaluate.set_defaults(run=run_evaluate)

    score = commands.add_parser(
        "score", help="log p(x) and reconstruction error of every test digit, and of pictures that are none"
    )
    score.add_argument("file", type=Path, help="a checkpoint; the scores are written beside it")
    score.add_argument("--data", metavar="DIR", help="folder of the four MNIST files")
    score.set_defaults(run=run_score)


def samples(text: str) -> int:
    """Reads a number of samples. Raises ArgumentTypeError for what is none."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SAMPLES:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST_SAMPLES}, not {text!r}")
    return int(text)


def run_evaluate(options: argparse.Namespace) -> None:
    if options.record and options.quick:
        raise ConfigError("What --quick measures is too coarse for a record: leave out one of the two.")
    file = Path(options.file)
    absent: tuple[str, ...] = evaluation.ALWAYS_NAMED
    if is_foreign(options.file):
        figures = evaluate_foreign(options)
    elif kind_of(file) == CLASSIFIER:
        figures, absent = evaluate_classifier(file, options), ()
    else:
        figures = evaluate_vae(file, options)
    if options.json:
        print(json.dumps({**dict.fromkeys(absent), **figures}, indent=1))
    else:
        if options.quick:
            print(f"On the first {evaluation.QUICK_IMAGES:,} test images:")
        print(evaluation.as_text(figures))


def evaluate_foreign(options: argparse.Namespace) -> evaluation.Figures:
    """Measure a decoder that is not ours."""
    if options.record:
        raise ConfigError(
            f"Nothing can be recorded in {options.file}, which is no checkpoint: leave out --record."
        )
    decoder, device = load_foreign(options.file), choose_device()
    judge = find_classifier(CHECKPOINTS, device)
    return evaluation.evaluate_foreign(decoder, first_held_out(options), device, judge, effort(options))


def evaluate_classifier(file: Path, options: argparse.Namespace) -> evaluation.Figures:
    """Measure a classifier, also on what the shipped models draw; with --record its file says so."""
    read = digest(file)
    checkpoint = load_classifier(file)
    models = (stored(CHECKPOINTS / PRESETS[name].file) for name in ("vae", "autoencoder"))
    judge = checkpoint.build(choose_device())
    figures = judge_figures(judge, first_held_out(options), effort(options).judged, *models)
    if options.record:
        with unchanged(file, read):
            save_classifier(replace(checkpoint, figures=figures), file)
    return figures


def evaluate_vae(file: Path, options: argparse.Namespace) -> evaluation.Figures:
    """Measure a VAE or autoencoder; where it draws digits the shipped classifier judges them."""
    read = digest(file)
    checkpoint = load(file)

    def say(name: str) -> None:
        if not options.json:
            print(f"Measuring {name} …", file=sys.stderr)

    if checkpoint.model_config.likelihood != "bernoulli":
        print(evaluation.NO_LIKELIHOOD, file=sys.stderr)
    test, device = first_held_out(options, checkpoint.dataset), choose_device()
    judge = find_classifier(CHECKPOINTS, device) if checkpoint.is_judged else None
    figures = evaluation.evaluate(
        checkpoint, test, device, judge, options.iwae, say, effort(options), options.gaps
    )
    if options.record:
        with unchanged(file, read):
            save(checkpoint.with_figures(figures), file)
    return figures


def run_score(options: argparse.Namespace) -> None:
    """Half an hour for the largest model on one core."""
    checkpoint, path = load(options.file), belonging.file_of(options.file)
    require_replaceable(path)
    if checkpoint.model_config.likelihood != "bernoulli":
        raise ConfigError(evaluation.NO_LIKELIHOOD)
    if checkpoint.dataset != MNIST:
        raise ConfigError("Scores tell MNIST's digits from others: only a model of MNIST has them.")
    test, model = held_out(options, checkpoint.dataset), checkpoint.build()
    variational = checkpoint.model_config.variational
    with tqdm(total=belonging.total(test) if variational else 0, unit="image", disable=None) as bar:
        known = outlook(model.decode) if variational else None
        scores = belonging.measured(model, known, test, bar.update)
    belonging.save(scores, checkpoint, path)
    print(f"Wrote {path}.")


def held_out(options: argparse.Namespace, name: str) -> Digits:
    """The held-out images of the data set `name`, from --data where it is given."""
    bar = sys.stderr.isatty()
    data = named(name, bar) if options.data is None else chosen(options.data, bar)
    if data.name != name:
        raise ConfigError(f"The model was trained on {name}, not on {data.name}: leave --data out.")
    return data.test


def first_held_out(options: argparse.Namespace, name: str = MNIST) -> Digits:
    """The same, with --quick the first of them."""
    test = held_out(options, name)
    count = evaluation.QUICK_IMAGES if options.quick else len(test.labels)
    return Digits(test.images[:count], test.labels[:count])


def effort(options: argparse.Namespace) -> evaluation.Effort:
    return evaluation.QUICK if options.quick else evaluation.FULL


@contextmanager
def unchanged(file: Path, read: str) -> Iterator[None]:
    """For writing a file that had the SHA-256 `read`. Raises CheckpointError if it has another by now."""
    require_replaceable(file)
    with held(file):
        if digest(file) != read:
            raise CheckpointError(
                f"{file} changed while it was measured, so nothing was recorded: measure it again."
            )
        yield
