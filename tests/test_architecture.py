"""Who may import whom: one way, in Python and JavaScript alike."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPONENTS = "pages/components"

# A place and the places it may import from, besides itself. A place is a folder or a file without its ending.
ALLOWED = {
    "vae/config": set(),
    "vae/device": set(),
    "vae/data": {"vae/config"},
    "vae/plane": {"vae/config"},
    "vae/pictures": {"vae/config"},
    "vae/datasets": {"vae/config", "vae/data", "vae/pictures", "vae/model/files"},
    "vae/lessons": set(),
    "vae/model": {"vae/config", "vae/device", "vae/data", "vae/datasets", "vae/plane"},
    "vae/history": {"vae/config", "vae/data", "vae/datasets", "vae/model"},
    "vae/measure": {
        "vae/config",
        "vae/device",
        "vae/data",
        "vae/datasets",
        "vae/plane",
        "vae/pictures",
        "vae/model",
    },
    "vae/training": {
        "vae/config",
        "vae/device",
        "vae/data",
        "vae/datasets",
        "vae/plane",
        "vae/model",
        "vae/history",
    },
    "vae/serving": {
        "vae/config",
        "vae/device",
        "vae/data",
        "vae/plane",
        "vae/pictures",
        "vae/model",
        "vae/measure",
        "vae/datasets",
    },
    "vae/workshop": {
        "vae/config",
        "vae/device",
        "vae/data",
        "vae/datasets",
        "vae/model",
        "vae/history",
        "vae/serving",
    },
    "vae/cluster": {"vae/serving"},
    "vae/classroom": {"vae/plane", "vae/serving"},
    "vae/host": {
        "vae/cluster",
        "vae/datasets",
        "vae/model",
        "vae/serving",
        "vae/workshop",
        "vae/classroom",
    },
    "vae/bench": {"vae"},
    "vae/__init__": {"vae/config", "vae/device", "vae/model"},
    "vae/commands": {"vae"},
    "vae/__main__": {"vae"},
    f"{COMPONENTS}/wire": {f"{COMPONENTS}/parts"},
    f"{COMPONENTS}/parts": set(),
    f"{COMPONENTS}/plane": {f"{COMPONENTS}/wire", f"{COMPONENTS}/parts"},
    f"{COMPONENTS}/mount": {"vae"},
    f"{COMPONENTS}/frame": {f"{COMPONENTS}/mount", f"{COMPONENTS}/parts", "vae"},
    f"{COMPONENTS}/classroom": {
        *(f"{COMPONENTS}/{folder}" for folder in ("frame", "mount", "plane", "wire", "parts")),
        "vae",
    },
}
SHARED = {f"{COMPONENTS}/{folder}" for folder in ("frame", "mount", "plane", "wire", "parts", "classroom")}
NEEDS_RAY = "vae.cluster.application"  # which is optional: requirements-ray.txt
NEVER_IN_PAGES = {"vae/training", "vae/bench", "vae/commands", "vae/__main__"}
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("vae", "pages")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".js")
)


def allowed(source: Path) -> set[str]:
    """The places that a file may import from."""
    path = source.with_suffix("").as_posix()
    for place, others in ALLOWED.items():
        if inside(path, place):
            return others | {place}
    if source == Path("pages/main.py"):  # it brings the pages together: the keeper of every page's view
        views = {f"{COMPONENTS}/{page.stem}/view" for page in (ROOT / "pages").glob("*.py")}
        return views | {f"{COMPONENTS}/frame", f"{COMPONENTS}/classroom", "vae"}
    if source.parent == Path("pages"):  # a page
        return {f"{COMPONENTS}/{source.stem}", f"{COMPONENTS}/frame", f"{COMPONENTS}/mount", "vae"}
    return {source.parent.as_posix(), "vae"} | SHARED  # a page's own folder


def inside(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def imported(source: Path) -> Iterator[str]:
    """What a file imports of the project, as paths without an ending."""
    text = (ROOT / source).read_text(encoding="utf-8")
    if source.suffix == ".js":
        for target in re.findall(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""", text):
            path = (ROOT / source.parent / target).resolve()
            assert path.is_file(), f"{source} imports {target}, which does not exist"
            yield path.relative_to(ROOT).with_suffix("").as_posix()
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: relative imports hide the direction"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] in ("vae", "pages", "app"):
                yield module_path(name)


def module_path(name: str) -> str:
    """The module that a dotted name means, which may go on to a definition in it: "vae.data.Digits"."""
    path = name.replace(".", "/")
    while not (ROOT / f"{path}.py").exists() and not (ROOT / path).is_dir():
        path = path.rpartition("/")[0]
    return path if not (ROOT / path).is_dir() else f"{path}/__init__"


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_imports_go_one_way(source: Path) -> None:
    places = allowed(source)
    for target in imported(source):
        assert any(inside(target, place) for place in places), f"{source} imports {target}"
        if source.parts[0] == "pages":
            assert not any(inside(target, place) for place in NEVER_IN_PAGES), f"{source} imports {target}"


@pytest.mark.parametrize("source", [path for path in SOURCES if path.suffix == ".py"], ids=str)
def test_only_the_front_end_knows_streamlit(source: Path) -> None:
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    roots = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    roots |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert source.parts[0] == "pages" or not roots & {"streamlit", "plotly", "pages", "app"}


def test_importing_the_back_end_does_not_load_streamlit() -> None:
    modules = [
        path.with_suffix("").as_posix().replace("/", ".") for path in SOURCES if path.parts[0] == "vae"
    ]
    if not find_spec("ray"):
        modules.remove(NEEDS_RAY)
    names = ", ".join(name for name in modules if not name.endswith("__"))
    code = f"import sys, {names}; sys.exit('streamlit' in sys.modules or 'plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_the_server_answers_before_torch_is_loaded() -> None:
    code = "import sys, app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_the_first_page_waits_for_no_library_that_is_slow_to_load() -> None:
    code = (
        "import sys, app, pages.components.frame.header;"
        "from pages.components.frame import originals;"
        "from pages.components.latent_map import map, digit, followed, panel, timing, view, words;"
        "from pages.components.continuity import view; from pages.components.completeness import view;"
        "from pages.components.one_digit import view; from pages.components.training import view;"
        "sys.exit(bool({'scipy', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_every_page_has_a_folder_of_its_own_or_a_shared_one() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"main"}
    folders = {path.name for path in (ROOT / COMPONENTS).iterdir() if path.is_dir() and path.name[0] != "_"}
    assert folders == pages | {place.rpartition("/")[2] for place in SHARED}


@pytest.mark.parametrize("suffix", ["js", "css"])
def test_the_front_end_needs_no_network(suffix: str) -> None:
    for path in (ROOT / COMPONENTS).rglob(f"*.{suffix}"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "://" not in line or "www.w3.org" in line, f"{path.name} names an address: {line.strip()}"
