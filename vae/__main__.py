"""The command line: python -m vae download | train | evaluate | score | serve | bench."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vae.bench import benchmark, server
from vae.bench.command import add_to as add_bench
from vae.config import ConfigError
from vae.data import Digits
from vae.datasets.chosen import chosen, named
from vae.datasets.dataset import MNIST, Dataset, DataUnavailable
from vae.datasets.shelf import download_dataset, folder_of, load_dataset, published
from vae.device import DeviceError, choose_device
from vae.host import decoder
from vae.measure import belonging, evaluation
from vae.measure.foreign import ForeignDecoderError, is_foreign, load_foreign
from vae.measure.judging import judge_figures
from vae.measure.outlook import outlook
from vae.model import ladder
from vae.model.checkpoint import Checkpoint, CheckpointError, kind_of, load, save
from vae.model.classifier import KIND as CLASSIFIER
from vae.model.classifier import find_classifier, load_classifier, save_classifier
from vae.model.files import FileError, digest, held, require_replaceable
from vae.training.fitting import Diverged, EpochReport, ProgressError
from vae.training.presets import PRESETS, rung
from vae.training.rungs import prepare_rung
from vae.training.runs import Run, prepare

CHECKPOINTS = Path(__file__).resolve().parents[1] / "checkpoints"
MOST_SAMPLES = 100_000  # of an image, for the IWAE bound
LADDER = "ladder"  # the preset that makes several checkpoints
EXPECTED = (
    benchmark.BenchmarkError,
    server.StartError,
    CheckpointError,
    ConfigError,
    DataUnavailable,
    DeviceError,
    Diverged,
    FileError,
    ForeignDecoderError,
    ProgressError,
)


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="python -m vae", description="Train, evaluate and measure Latent Atlas models."
    )
    commands = main.add_subparsers(dest="command", required=True)

    download = commands.add_parser("download", help="download MNIST (11 MB) and verify it")
    download.add_argument("dataset", nargs="?", choices=sorted(published()), default=MNIST)
    download.add_argument("--data", type=Path, metavar="DIR", help="folder for the four files")
    download.set_defaults(run=run_download)

    train = commands.add_parser("train", help="train a model and write its checkpoint")
    train.add_argument("--preset", choices=sorted([*PRESETS, LADDER]), default="vae")
    train.add_argument(
        "--beta", type=float, help="weight of the KL divergence; of the ladder: this rung only"
    )
    train.add_argument("--epochs", type=int, help="epochs of the ELBO")
    train.add_argument("--seed", type=int)
    train.add_argument(
        "--data",
        metavar="DATA",
        help="folder of the four files of MNIST or Fashion-MNIST, an .npz or a ZIP of pictures, or a name: "
        "fashion-mnist, small-digits",
    )
    train.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="default: the preset's file in checkpoints/; for the ladder a folder instead of checkpoints/",
    )
    train.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    train.set_defaults(run=run_train)

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

    serve = commands.add_parser(
        "serve", help="decoders, training and rooms for app processes started with LATENT_ATLAS_DECODER"
    )
    serve.add_argument("--address", default="127.0.0.1", help="default: 127.0.0.1, this machine alone")
    serve.add_argument("--port", type=int, default=decoder.PORT)
    serve.set_defaults(run=run_serve)

    add_bench(commands)
    return main


def samples(text: str) -> int:
    """Reads a number of samples. Raises ArgumentTypeError for what is none."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SAMPLES:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST_SAMPLES}, not {text!r}")
    return int(text)


def run_download(options: argparse.Namespace) -> None:
    name, folder = options.dataset, options.data or folder_of(options.dataset)
    download_dataset(name, folder, progressbar=sys.stderr.isatty())
    print(f"{load_dataset(name, folder).title} lies in {folder}.")


def run_train(options: argparse.Namespace) -> None:
    if options.preset == LADDER:
        train_ladder(options)
        return
    preset = PRESETS[options.preset]
    changes = changed_settings(options, "beta", "epochs", "seed")
    if options.out is not None:
        require_replaceable(options.out)
    config = replace(preset.training, **changes)
    data = dataset(options)
    if preset.model is None:
        require_mnist(data, "the classifier knows digits alone")
    shipped = CHECKPOINTS / preset.file  # stays MNIST's
    path = options.out or (
        shipped if data.name == MNIST else shipped.with_stem(f"{shipped.stem}-{data.name}")
    )
    require_replaceable(path)
    command = with_settings(f"python -m vae train --preset {options.preset}", told_settings(data, changes))
    digits = (data.train, data.test)
    run = prepare(preset, config, digits, choose_device(), path, command, data.name, data.classes)
    if options.resume:
        run.resume()
    finish(run)


def changed_settings(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Training settings that the command line names."""
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def with_settings(command: str, changes: Mapping[str, Any]) -> str:
    """The command with these settings, as a checkpoint records it."""
    return " ".join([command, *(f"--{name}={value}" for name, value in changes.items())])


def told_settings(data: Dataset, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The changes and which images, where they are not MNIST's."""
    return changes if data.name == MNIST else {**changes, "data": data.name}


def dataset(options: argparse.Namespace) -> Dataset:
    """The images that --data names, downloading them first where they are missing."""
    return chosen(options.data, progressbar=sys.stderr.isatty())


def require_mnist(data: Dataset, why: str) -> None:
    """Raises ConfigError for other images."""
    if data.name != MNIST:
        raise ConfigError(f"This goes with MNIST alone, because {why}: leave --data out.")


def train_ladder(options: argparse.Namespace) -> None:
    """Train all rungs, or the one with --beta; with --resume those complete with these settings stay."""
    if options.beta is not None and options.beta not in ladder.BETAS:
        rungs = ", ".join(f"{beta:g}" for beta in ladder.BETAS)
        raise ConfigError(f"The ladder has no rung beta = {options.beta:g}; it has {rungs}.")
    folder = options.out or CHECKPOINTS
    changes = changed_settings(options, "epochs", "seed")
    betas = ladder.training_order() if options.beta is None else [options.beta]
    configs = {beta: replace(rung(beta).training, **changes) for beta in betas}
    for beta in betas:
        require_replaceable(folder / ladder.file(beta))
    data = dataset(options)
    require_mnist(data, "its rungs are compared with each other")
    digits = (data.train, data.test)
    for beta, config in configs.items():
        there = stored(folder / ladder.file(beta)) if options.resume else None
        if there is not None and there.progress is None and there.training_config == config:
            continue
        command = with_settings(ladder.command(beta), changes)
        run = prepare_rung(beta, config, digits, choose_device(), folder, command)
        if there is not None and there.progress is not None:
            run.resume()
        finish(run)


def stored(path: Path) -> Checkpoint | None:
    """The checkpoint in a file; None if there is none, or one that cannot be read and is made again."""
    try:
        return load(path)
    except CheckpointError:
        return None


def finish(run: Run) -> None:
    """Train to the end, with a progress bar and one line an epoch."""
    written = run.fit.done
    with tqdm(total=run.fit.config.epochs, initial=written, unit="epoch", disable=None) as bar:
        try:
            for report in run.epochs():
                written = report.epoch
                bar.update()
                bar.write(describe_epoch(report))
        except KeyboardInterrupt:
            raise SystemExit(
                f"Stopped: {run.path} holds epoch {written}; go on with the same command and --resume."
                if written
                else "Stopped before the first epoch was written: start again with the same command."
            ) from None
    print(f"Wrote {run.path}; measure it with `python -m vae evaluate {run.path} --record`.")


def describe_epoch(report: EpochReport) -> str:
    """One line on one epoch; losses in nats per training image."""
    losses = "  ".join(f"{name} {value:.4g}" for name, value in report.losses.items())
    return f"epoch {report.epoch:3}/{report.epochs}  {losses}  ({report.seconds:.1f} s)"


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


def run_serve(options: argparse.Namespace) -> None:
    decoder.serve(CHECKPOINTS, options.address, options.port)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except EXPECTED as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
