from dataclasses import replace

import numpy as np
import pytest
import torch

from vae.config import TrainingConfig
from vae.data import Digits, load_mnist, to_unit
from vae.measure import unseen
from vae.measure.judging import digit_figures, judge_figures
from vae.model.checkpoint import CheckpointError, as_stored, load
from vae.model.classifier import (
    NO_DIGIT,
    Classifier,
    ClassifierCheckpoint,
    class_probabilities,
    find_classifier,
    load_classifier,
    save_classifier,
)
from vae.training.classifier import ClassifierFit

CPU = torch.device("cpu")
CONFIG = TrainingConfig(epochs=4, batch_size=50, learning_rate=3e-3)


def checkpoint() -> ClassifierCheckpoint:
    torch.manual_seed(0)
    return ClassifierCheckpoint(
        TrainingConfig(), Classifier().state_dict(), {"test_accuracy": 0.5}, {"seed": 0}
    )


def test_it_learns_real_handwriting(digits) -> None:
    known = Digits(digits.images[:1400], digits.labels[:1400])
    unknown = Digits(digits.images[1400:], digits.labels[1400:])
    fit = ClassifierFit(replace(CONFIG, epochs=2), known, CPU)
    reports = list(fit.epochs())
    assert reports[-1].losses["accuracy"] > reports[0].losses["accuracy"]
    trained = ClassifierCheckpoint(CONFIG, fit.weights())
    judge = trained.build()
    assert digit_figures(judge, unknown)["test_accuracy"] > 0.8
    rng = np.random.default_rng(0)
    read = class_probabilities(judge, to_unit(unknown.images)).sum(dim=1)
    scribbled = class_probabilities(judge, to_unit(unseen.scribbles(100, rng))).sum(dim=1)
    assert read.mean() > scribbled.mean() + 0.2


def test_a_resumed_run_ends_with_the_same_weights(digits) -> None:
    few = Digits(digits.images[:200], digits.labels[:200])
    whole = ClassifierFit(CONFIG, few, CPU)
    list(whole.epochs())
    first = ClassifierFit(CONFIG, few, CPU)
    next(first.epochs())
    second = ClassifierFit(CONFIG, few, CPU)
    second.restore(first.progress())
    list(second.epochs())
    assert all(torch.equal(value, second.weights()[name]) for name, value in whole.weights().items())


def test_the_round_trip_keeps_everything(tmp_path) -> None:
    before, path = checkpoint(), tmp_path / "classifier.pt"
    save_classifier(before, path)
    after = load_classifier(path)
    assert after.figures == before.figures
    assert after.provenance == before.provenance
    images = torch.rand(4, 784)
    torch.testing.assert_close(
        class_probabilities(after.build(), images),
        class_probabilities(before.build(), images),
        atol=1e-2,
        rtol=0,
    )
    with pytest.raises(CheckpointError, match="holds a classifier"):
        load(path)


def test_probabilities_lack_that_of_no_digit_and_do_not_depend_on_the_batch_size() -> None:
    model, images = checkpoint().build(), torch.rand(7, 784)
    whole = class_probabilities(model, images)
    assert whole.shape == (7, 10)
    torch.testing.assert_close(1 - whole.sum(dim=1), model(images).softmax(dim=1)[:, 10])
    torch.testing.assert_close(whole, class_probabilities(model, images, batch_size=2), atol=1e-5, rtol=0)


def test_weights_that_do_not_fit_are_refused(tmp_path) -> None:
    weights = dict(checkpoint().weights)
    weights.popitem()
    path = tmp_path / "classifier.pt"
    save_classifier(replace(checkpoint(), weights=weights), path)
    with pytest.raises(CheckpointError, match="do not fit"):
        load_classifier(path)


def test_a_judge_of_ten_classes_is_of_the_past(tmp_path) -> None:
    path, weights = tmp_path / "classifier.pt", dict(checkpoint().weights)
    last = list(weights)[-2:]
    weights |= {name: weights[name][:10] for name in last}
    save_classifier(replace(checkpoint(), weights=weights), path)
    with pytest.raises(CheckpointError, match="make it again with `python -m vae train --preset classifier"):
        load_classifier(path)


def test_the_shipped_classifier_is_as_good_as_it_says(mnist, request) -> None:
    shipped = load_classifier(request.config.rootpath / "checkpoints" / "classifier.pt")
    figures = judge_figures(shipped.build(), load_mnist("test", mnist), 2000)
    for key, measured in figures.items():
        assert measured == pytest.approx(shipped.figures[key], abs=5e-4), key
    assert figures["test_accuracy"] >= 0.992


def test_a_missing_or_damaged_classifier_is_none(tmp_path) -> None:
    assert find_classifier(tmp_path, torch.device("cpu")) is None
    (tmp_path / "classifier.pt").write_bytes(b"not a classifier")
    assert find_classifier(tmp_path, torch.device("cpu")) is None


def test_a_classifier_is_found(tmp_path) -> None:
    weights = as_stored(Classifier().state_dict())
    stored = ClassifierCheckpoint(CONFIG, weights)
    save_classifier(stored, tmp_path / "classifier.pt")
    found = find_classifier(tmp_path, torch.device("cpu"))
    assert found is not None
    images = torch.rand(3, 784)
    torch.testing.assert_close(found(images), stored.build()(images))


def test_a_batch_holds_digits_and_others_and_its_pictures_are_of_one_make(digits) -> None:
    """Jittering only the digits would let a network tell them by their softness."""
    known = Digits(digits.images[:600], digits.labels[:600])
    fit = ClassifierFit(CONFIG, known, CPU)
    images, labels = fit.batch(torch.arange(200), torch.Generator().manual_seed(0))
    assert images.shape == (len(labels), 784)
    assert 0 <= images.min() <= images.max() <= 1
    nothing = labels == NO_DIGIT
    assert 0.2 < nothing.float().mean() < 0.45
    originals = torch.cat([fit.images, fit.drawn.digits]).float() / 255
    still = torch.cdist(images[~nothing], originals).amin(dim=1) < 1e-2
    assert 0.1 < still.float().mean() < 0.4  # and so are others: every digit may come as it is
