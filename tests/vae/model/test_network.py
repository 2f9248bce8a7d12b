import pytest
import torch

from vae.config import ConfigError, ModelConfig, TrainingConfig
from vae.model.network import VAE, Posterior, encode_all, probabilities, reparameterise

SMALL = {"hidden": 16, "encoder_blocks": 1, "decoder_blocks": 1}
PLACES = {"mlp": 0, "lookup": 89}


@pytest.mark.parametrize("encoder", ["mlp", "lookup"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_shapes(encoder, batch_norm) -> None:
    model = VAE(ModelConfig(encoder=encoder, places=PLACES[encoder], batch_norm=batch_norm, **SMALL))
    logits, posterior = model(torch.rand(5, 784), torch.Generator().manual_seed(0))
    assert logits.shape == (5, 784)
    assert posterior.mean.shape == posterior.log_variance.shape == (5, 2)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_convolutional_network_is_as_large_as_keras_example(batch_norm) -> None:
    """Without batch normalisation it has as many weights as keras.io prints: 69,076 and 65,089."""
    model = VAE(ModelConfig(convolutional=True, batch_norm=batch_norm))
    logits, posterior = model(torch.rand(5, 784), torch.Generator().manual_seed(0))
    assert logits.shape == (5, 784)
    assert posterior.mean.shape == posterior.log_variance.shape == (5, 2)
    counts = [sum(value.numel() for value in part.parameters()) for part in (model.encoder, model.decoder)]
    normalised = 2 * 2 * (32 + 64) if batch_norm else 0
    assert sum(counts) == 69_076 + 65_089 + normalised
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules()) == batch_norm


def test_a_convolution_sees_neighbours_alone() -> None:
    """A change of one pixel moves the first layer's features around it and nowhere else."""
    first = VAE(ModelConfig(convolutional=True)).encoder.stack[:2]
    image = torch.zeros(1, 784)
    image[0, 14 * 28 + 14] = 1
    moved = (first(image) - first(torch.zeros(1, 784))).abs().sum(dim=1)[0]
    assert {(int(row), int(column)) for row, column in moved.nonzero()} == {(7, 7)}


def test_batch_norm_replaces_layer_norm() -> None:
    def kinds(batch_norm: bool) -> set[str]:
        return {type(module).__name__ for module in VAE(ModelConfig(batch_norm=batch_norm)).modules()}

    assert "BatchNorm1d" in kinds(True)
    assert "LayerNorm" not in kinds(True)
    assert "LayerNorm" in kinds(False)
    assert "BatchNorm1d" not in kinds(False)


def test_reparameterise_has_the_posteriors_mean_and_variance() -> None:
    n = 200_000
    posterior = Posterior(torch.tensor([[1.0, -2.0]]).expand(n, 2), torch.tensor([[0.5, -3.0]]).expand(n, 2))
    z = reparameterise(posterior, torch.Generator().manual_seed(0))
    torch.testing.assert_close(z.mean(dim=0), posterior.mean[0], atol=0.01, rtol=0)
    torch.testing.assert_close(z.var(dim=0).log(), posterior.log_variance[0], atol=0.02, rtol=0)


def test_reparameterise_is_reproducible_and_differentiable() -> None:
    mean, log_variance = torch.zeros(3, 2, requires_grad=True), torch.zeros(3, 2, requires_grad=True)
    posterior = Posterior(mean, log_variance)
    first = reparameterise(posterior, torch.Generator().manual_seed(3))
    assert torch.equal(first, reparameterise(posterior, torch.Generator().manual_seed(3)))
    first.sum().backward()
    assert torch.equal(mean.grad, torch.ones(3, 2))
    torch.testing.assert_close(log_variance.grad, 0.5 * first.detach())  # d/dv exp(v/2) eps at mu = 0


def test_a_plain_autoencoder_is_the_same_network_without_noise() -> None:
    variational = VAE(ModelConfig(**SMALL))
    plain = VAE(ModelConfig(variational=False, **SMALL))
    plain.load_state_dict(variational.state_dict())
    images = torch.rand(4, 784)
    logits, posterior = plain(images, torch.Generator().manual_seed(0))
    assert torch.equal(posterior.mean, variational.encode(images).mean)
    assert torch.equal(logits, plain.decode(posterior.mean))
    assert torch.isneginf(posterior.log_variance).all()


def test_decode_returns_logits() -> None:
    logits = VAE(ModelConfig(**SMALL)).decode(torch.randn(6, 2))
    assert logits.min() < 0
    assert torch.equal(probabilities(logits), torch.sigmoid(logits))


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"hidden": 0}, "hidden"),
        ({"hidden": 1025}, "hidden"),
        ({"hidden": 10**300}, "hidden"),
        ({"hidden": 64.0}, "hidden must be a whole number"),
        ({"hidden": True}, "hidden must be a whole number"),
        ({"variational": 1}, "variational must be true or false"),
        ({"encoder": ["mlp"]}, "encoder must be a name"),
        ({"encoder_blocks": 13}, "encoder_blocks"),
        ({"encoder": "lookup", "places": 6765}, "places"),
        ({"decoder_blocks": -1}, "decoder_blocks"),
        ({"encoder": "resnet"}, "encoder"),
        ({"encoder": "lookup", "places": 100}, "places"),
        ({"encoder": "lookup", "places": 34}, "places"),
        ({"places": 89}, "places"),
        ({"encoder": "lookup", "places": 89, "variational": False}, "variational"),
        ({"likelihood": "poisson"}, "likelihood"),
        ({"convolutional": 1}, "convolutional must be true or false"),
        ({"convolutional": True, "encoder": "lookup", "places": 89}, "no convolutions"),
    ],
)
def test_model_settings_outside_their_range_are_named(setting, word) -> None:
    with pytest.raises(ConfigError, match=word):
        ModelConfig(**setting)


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"epochs": -1}, "epochs"),
        ({"epochs": 10**9}, "epochs"),
        ({"epochs": 2.0}, "epochs must be a whole number"),
        ({"beta": "1"}, "beta must be a number"),
        ({"beta": 10**400}, "beta"),
        ({"learning_rate": float("inf")}, "learning_rate"),
        ({"epochs": 0}, "epoch"),
        ({"beta": -1.0}, "beta"),
        ({"beta": float("nan")}, "beta"),
        ({"batch_size": 1}, "batch_size"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"weight_decay": -0.1}, "weight_decay"),
        ({"beta_schedule": "step"}, "beta_schedule"),
        ({"averaging": 1.0}, "averaging"),
        ({"warm_up": 0.0}, "warm_up"),
        ({"tied": 1.5}, "tied"),
    ],
)
def test_training_settings_outside_their_range_are_named(setting, word) -> None:
    with pytest.raises(ConfigError, match=word):
        TrainingConfig(**setting)


def test_encode_all_does_not_depend_on_the_batch_size() -> None:
    model = VAE(ModelConfig(hidden=16)).eval()
    images = torch.rand(10, 784)
    whole = encode_all(model, images)
    parts = encode_all(model, images, batch_size=3)
    torch.testing.assert_close(whole.mean, parts.mean)
    torch.testing.assert_close(whole.log_variance, parts.log_variance)


def test_the_largest_networks_are_as_large_as_the_settings_say() -> None:
    wide = {"hidden": 1024, "decoder_blocks": 12}
    for encoder in ({"encoder_blocks": 12}, {"encoder": "lookup", "places": 4181}):
        with torch.device("meta"):
            weights = VAE(ModelConfig(**wide, **encoder)).state_dict()
        assert sum(value.numel() for value in weights.values()) < 53e6
