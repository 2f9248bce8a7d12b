"""Who may import whom. The direction is one-way: what is lower in the table never imports what is higher."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ALLOWED = {
    "__init__": set(),
    "config": set(),
    "device": set(),
    "payload": set(),
    "batching": set(),
    "objective": {"config"},
    "data": {"config"},
    "lattices": set(),
    "differentiation": set(),
    "layers": set(),
    "lookup": {"config", "lattices", "layers"},
    "model": {"config", "layers", "lookup"},
    "inversion": {"config", "differentiation", "lattices"},
    "checkpoint": {"config", "ladder", "model"},
    "latent": {"config", "lattices", "model"},
    "quadrature": {"inversion"},
    "evidence": {"inversion", "lattices", "model", "objective", "quadrature"},
    "augmentation": {"config"},
    "fitting": {"config", "data", "device"},
    "classifier": {"augmentation", "checkpoint", "config", "data", "fitting"},
    "foreign": {"config", "inversion"},
    "quality": {"classifier", "differentiation", "inversion", "lattices", "model"},
    "training": {
        *("config", "data", "evidence", "fitting"),
        *("lookup", "model", "objective"),
    },
    "evaluation": {
        *("checkpoint", "classifier", "data", "evidence"),
        *("inversion", "latent", "model", "quality"),
    },
    "paths": {"lattices"},
    "geodesic": {"lattices", "model", "paths", "quality"},
    "traversal": {"classifier", "lattices", "model", "paths"},
    "export": {"config", "evaluation", "traversal"},
    "presets": {"config", "ladder"},
    "orientation": {"config", "lattices"},
    "runs": {
        *("checkpoint", "classifier", "config", "data", "device"),
        *("evidence", "fitting", "latent", "presets", "training"),
    },
    "ladder": set(),
    "rungs": {
        *("checkpoint", "config", "data", "evidence", "fitting", "ladder"),
        *("latent", "orientation", "presets", "runs", "training"),
    },
    "decoding": {"batching", "checkpoint", "config", "device", "ladder", "model"},
    "channel": {"batching", "checkpoint", "config", "decoding", "payload"},
    "linking": {"lattices"},
    "manifold": {"batching", "config", "decoding", "lattices", "linking", "payload"},
    "aggregate": {"checkpoint", "geodesic"},
    "draws": {"classifier", "latent", "lattices", "quality"},
    "crowd": {"config"},
    "benchmark": {
        "checkpoint",
        "config",
        "crowd",
        "data",
        "decoding",
        "device",
        "ladder",
        "manifold",
        "model",
        "presets",
        "training",
    },
    "__main__": {
        *("benchmark", "checkpoint", "classifier", "config", "data"),
        *("device", "evaluation", "fitting", "foreign", "ladder", "presets", "rungs", "runs"),
    },
}
MODULES = sorted(path.stem for path in (ROOT / "vae").glob("*.py"))
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem not in ("__init__", "main"))


def imported(path: Path) -> set[str]:
    """Dotted names of all modules a file imports, at any depth of nesting."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path.name}: relative imports hide the direction"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(package: str, names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith(f"{package}.")}


@pytest.mark.parametrize("module", MODULES)
def test_modules_of_the_back_end_import_only_what_is_below_them(module) -> None:
    assert within("vae", imported(ROOT / "vae" / f"{module}.py")) <= ALLOWED[module]


@pytest.mark.parametrize("module", MODULES)
def test_the_back_end_does_not_know_the_front_end(module) -> None:
    roots = {name.split(".")[0] for name in imported(ROOT / "vae" / f"{module}.py")}
    assert not roots & {"streamlit", "plotly", "pages", "app"}


def test_importing_the_back_end_does_not_load_streamlit() -> None:
    names = ", ".join(f"vae.{module}" for module in MODULES if not module.startswith("__"))
    code = f"import sys, {names}; sys.exit('streamlit' in sys.modules or 'plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("page", PAGES)
def test_pages_never_import_each_other(page) -> None:
    assert within("pages", imported(ROOT / "pages" / f"{page}.py")) <= {"components"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "pages" / "components").glob("*.py")), ids=lambda path: path.stem
)
def test_components_do_not_know_the_pages(path) -> None:
    assert within("pages", imported(path)) <= {"components"}


def test_the_front_end_needs_no_network() -> None:
    for path in (ROOT / "pages" / "components").glob("*.[jc]s*"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "://" not in line or "www.w3.org" in line, f"{path.name} names an address: {line.strip()}"
