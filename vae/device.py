"""Which device computes: CUDA, else the CPU; $LATENT_ATLAS_DEVICE overrides.

Apple's GPU ("mps") has to be asked for: Metal ends a process that uses it from two threads at once, as pages
and decoder service do in the app. For training it is fine.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

import torch

VARIABLE = "LATENT_ATLAS_DEVICE"
CPU = torch.device("cpu")
UNUSABLE = (RuntimeError, AssertionError, NotImplementedError)  # what torch raises for a device it cannot use


class DeviceError(RuntimeError):
    """The wished-for device cannot be used; the message is one sentence that says what to do."""


def choose_device(wish: str | None = None) -> torch.device:
    """The device to compute on.

    `wish` is a torch device name such as "cuda:1"; None reads $LATENT_ATLAS_DEVICE, and an empty one means
    CUDA where it works, else the CPU. Raises DeviceError for an unknown or absent device.
    """
    wish = os.environ.get(VARIABLE, "") if wish is None else wish
    if not wish:
        if torch.cuda.is_available():
            with suppress(*UNUSABLE):
                return _tried("cuda")
        return CPU
    try:
        device = _tried(wish)
    except UNUSABLE as error:
        raise DeviceError(
            f"The device {wish!r} cannot be used on this machine: set {VARIABLE} to cpu, cuda or mps, "
            "or leave it out to take the best one there is."
        ) from error
    if device.type not in ("cpu", "cuda", "mps"):
        raise DeviceError(f"The device {wish!r} is not supported: set {VARIABLE} to cpu, cuda or mps.")
    return device


def _tried(name: str) -> torch.device:
    """The device, once it has computed: this torch may have no kernels for a card that it reports."""
    device = torch.device(name)
    torch.zeros(1, device=device).add_(1).cpu()
    return device


def describe(device: torch.device) -> str:
    """A name of the device for people, such as "NVIDIA H200" or "CPU"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"mps": "Apple GPU", "cpu": "CPU"}.get(device.type, str(device))


def machine() -> str:
    """The processor and the number of cores this process may use, for tables of measurements."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS or Windows
        cores = os.cpu_count() or 1
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = (line for line in cpuinfo.read_text().splitlines() if line.startswith("model name"))
        name = next(lines, f": {name}").split(":", 1)[1].strip()
    return f"{name}, {cores} cores"


def bfloat16_pays(device: torch.device) -> bool:
    """Whether matrix products in bfloat16 run in hardware here (training then uses mixed precision)."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False
