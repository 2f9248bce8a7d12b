"""The command line of training: python -m vae train."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vae.commands import CHECKPOINTS, stored
from vae.config import ConfigError
from vae.datasets.chosen import chosen
from vae.datasets.dataset import MNIST, Dataset
from vae.device import choose_device
from vae.model import ladder
from vae.model.files import require_replaceable
from vae.training.fitting import EpochReport
from vae.training.presets import PRESETS, rung
from vae.training.rungs import prepare_rung
from vae.training.runs import Run, prepare

LADDER = "ladder"  # the preset that makes several checkpoints


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `train`; its `run` takes the options."""
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
