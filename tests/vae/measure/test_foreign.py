from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from vae.measure.foreign import ForeignDecoderError, is_foreign, load_foreign

WEIGHT = np.random.default_rng(0).normal(size=(2, 784)).astype(np.float32)


def sigmoid_pictures(z):
    return 1 / (1 + np.exp(-(z @ WEIGHT).reshape(-1, 1, 28, 28)))


def logits_instead(z):
    return z @ WEIGHT


def too_few(z):
    return np.zeros((len(z), 10))


def raising(z):
    raise RuntimeError("no luck\nat all")


def transposed(z):
    return sigmoid_pictures(z).reshape(len(z), 784).T


def words(z):
    return [["ink"] * 784] * len(z)


def black(z):
    return np.zeros((len(z), 784))


@pytest.fixture
def onnx_file(tmp_path) -> Path:
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["z", "weight"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["ink"]),
        ],
        "decoder",
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("ink", TensorProto.FLOAT, ["n", 784])],
        [numpy_helper.from_array(WEIGHT, "weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = tmp_path / "decoder.onnx"
    onnx.save(model, path)
    return path


def test_an_onnx_file_and_a_callable_are_the_same_decoder(onnx_file) -> None:
    z = torch.randn(7, 2)
    expected = (z @ torch.from_numpy(WEIGHT)).clamp(-15, 15)
    for name in (str(onnx_file), "tests.vae.measure.test_foreign:sigmoid_pictures"):
        torch.testing.assert_close(load_foreign(name)(z), expected, rtol=1e-3, atol=1e-2)


def test_certain_pixels_stay_finite() -> None:
    assert load_foreign("tests.vae.measure.test_foreign:black")(torch.zeros(3, 2)).isfinite().all()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tests.vae.measure.test_foreign:logits_instead", "outside"),
        ("tests.vae.measure.test_foreign:too_few", "784 each"),
        ("tests.vae.measure.test_foreign:nothing", "cannot be imported"),
        ("no_such_module:decode", "cannot be imported"),
        ("math:pi", "is not a function"),
        ("json:dumps", "failed on an array of shape"),
        ("tests.vae.measure.test_foreign:raising", r"failed on an array of shape \(3, 2\), float32: no luck"),
        ("tests.vae.measure.test_foreign:transposed", "784 each"),
        ("tests.vae.measure.test_foreign:words", "failed on an array"),
    ],
)
def test_unusable_decoders_are_refused_with_a_sentence(name, sentence) -> None:
    with pytest.raises(ForeignDecoderError, match=sentence):
        load_foreign(name)(torch.ones(3, 2))


@pytest.mark.parametrize(
    ("kind", "shape"),
    [(TensorProto.FLOAT, [2, 2]), (TensorProto.FLOAT, ["n", 3]), (TensorProto.INT64, ["n", 2])],
)
def test_an_onnx_file_for_other_inputs_is_refused(tmp_path, kind, shape) -> None:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["z"], ["ink"])],
        "decoder",
        [helper.make_tensor_value_info("z", kind, shape)],
        [helper.make_tensor_value_info("ink", kind, shape)],
    )
    path = tmp_path / "decoder.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    with pytest.raises(ForeignDecoderError, match="failed on an array of shape") as caught:
        load_foreign(str(path))
    assert "\n" not in str(caught.value)


def test_a_damaged_onnx_file_is_refused(tmp_path) -> None:
    path = tmp_path / "decoder.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ForeignDecoderError, match="not an ONNX file"):
        load_foreign(str(path))


def test_what_counts_as_foreign() -> None:
    assert is_foreign("demo/decoder.onnx")
    assert is_foreign("demo.decoder:decode")
    assert not is_foreign("checkpoints/vae.pt")
