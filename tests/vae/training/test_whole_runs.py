"""Lessons that only whole runs show, as long as a recipe takes: by the reports of runs that were recorded.

`python -m vae.training.worker FOLDER` trains what the folder's job.json says: a recipe with the seed in the
folder's name. Of what it leaves there, job.json and reports.jsonl are kept in whole_runs. A recipe that is
changed has to be trained again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pages.components.training.questions import QUESTIONS
from vae.bench.server import ROOT
from vae.history.job import read_job
from vae.history.recipes import RECIPES
from vae.history.reports import read_reports

RECORDED = sorted((Path(__file__).parent / "whole_runs").iterdir())
SHIPPED = read_reports(ROOT / "checkpoints" / "history")
NOTEBOOK = -146.5  # nats: where a lecture notebook with the network of "lecture" ends on its training images
ANSWERS = {"lecture": "same", "batch-norm": "lower", "conv": "lower"}  # to the recipe's question

each_run = pytest.mark.parametrize("folder", RECORDED, ids=[folder.name for folder in RECORDED])


def test_every_lesson_that_takes_a_whole_run_has_one() -> None:
    assert {read_job(folder).recipe for folder in RECORDED} == set(ANSWERS)


@each_run
def test_a_recorded_run_is_its_recipes_from_beginning_to_end(folder: Path) -> None:
    job = read_job(folder)
    recipe = RECIPES[job.recipe]
    assert folder.name == f"{job.recipe}-{job.training.seed}"
    assert replace(job, training=replace(job.training, seed=recipe.training.seed)) == recipe
    epochs = [report.epoch for report in read_reports(folder)]
    assert epochs == [0.0, 0.125, 0.25, 0.5, *map(float, range(1, recipe.training.epochs + 1))]


@each_run
def test_the_question_has_the_answer_that_the_recipe_is_there_for(folder: Path) -> None:
    recipe = read_job(folder).recipe
    assert QUESTIONS[recipe].answer(read_reports(folder), SHIPPED)[0] == ANSWERS[recipe]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_network_of_lectures_ends_above_the_notebook_and_below_the_recorded_run(seed: int) -> None:
    last = read_reports(Path(__file__).parent / "whole_runs" / f"lecture-{seed}")[-1]
    assert last.train.elbo > NOTEBOOK
    assert last.held_out.elbo < SHIPPED[-1].held_out.elbo - 3
