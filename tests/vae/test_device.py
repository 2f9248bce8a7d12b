import pytest
import torch

from vae import device


def test_the_environment_overrides(monkeypatch) -> None:
    monkeypatch.setenv(device.VARIABLE, "cpu")
    assert device.choose_device() == torch.device("cpu")


def test_without_a_wish_the_best_device_is_taken(monkeypatch) -> None:
    monkeypatch.delenv(device.VARIABLE, raising=False)
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert device.choose_device().type == expected


def test_a_card_that_torch_reports_but_cannot_use_is_passed_over(monkeypatch) -> None:
    def zeros(*size: int, device: str) -> torch.Tensor:
        raise RuntimeError("no kernel image is available for execution on the device")

    monkeypatch.delenv(device.VARIABLE, raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "zeros", zeros)
    assert device.choose_device() == torch.device("cpu")


def test_apples_gpu_is_taken_only_when_it_is_asked_for(monkeypatch) -> None:
    monkeypatch.delenv(device.VARIABLE, raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.choose_device() == torch.device("cpu")
    monkeypatch.setattr(device, "_tried", torch.device)
    assert device.choose_device("mps") == torch.device("mps")


@pytest.mark.parametrize("wish", ["gpu", "cuda:99", "meta", "cpu cuda"])
def test_a_wrong_device_name_says_what_to_do(wish) -> None:
    with pytest.raises(device.DeviceError, match=device.VARIABLE) as caught:
        device.choose_device(wish)
    assert repr(wish) in str(caught.value)


def test_descriptions_are_for_people() -> None:
    assert device.describe(torch.device("cpu")) == "CPU"
    assert "core" in device.machine()
