"""The command line: python -m vae download | train | evaluate | score | serve | bench."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from vae.bench import benchmark, server
from vae.bench import command as bench_command
from vae.commands import CHECKPOINTS, evaluate, train
from vae.config import ConfigError
from vae.datasets.dataset import MNIST, DataUnavailable
from vae.datasets.shelf import download_dataset, folder_of, load_dataset, published
from vae.device import DeviceError
from vae.host import decoder
from vae.measure.foreign import ForeignDecoderError
from vae.model.checkpoint import CheckpointError
from vae.model.files import FileError
from vae.training.fitting import Diverged, ProgressError

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

    train.add_to(commands)
    evaluate.add_to(commands)

    serve = commands.add_parser(
        "serve", help="decoders, training and rooms for app processes started with LATENT_ATLAS_DECODER"
    )
    serve.add_argument("--address", default="127.0.0.1", help="default: 127.0.0.1, this machine alone")
    serve.add_argument("--port", type=int, default=decoder.PORT)
    serve.set_defaults(run=run_serve)

    bench_command.add_to(commands)
    return main


def run_download(options: argparse.Namespace) -> None:
    name, folder = options.dataset, options.data or folder_of(options.dataset)
    download_dataset(name, folder, progressbar=sys.stderr.isatty())
    print(f"{load_dataset(name, folder).title} lies in {folder}.")


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
