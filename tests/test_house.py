"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import quantdeck

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "quantdeck"
PURE_ROOMS = ("model", "analytics", "live", "trading", "alerts", "research", "views")
LONGEST_FILE = 400
LARGEST_FILE = 1_000_000
CODE = {".py", ".ts", ".tsx", ".css"}
TEXT = CODE | {".md", ".toml", ".txt", ".in", ".yml", ".yaml", ".json", ".svg", ".html", ".sh", ""}
MAY_CATCH_ANYTHING = {"hub/supervise.py"}


def _files() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    return [path for name in answer.stdout.splitlines() if (path := ROOT / name).is_file()]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _modules(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((SRC / room).rglob("*.py"))]


def _rooms() -> list[Path]:
    return sorted(path for path in SRC.rglob("*") if path.is_dir() and list(path.glob("*.py")))


def test_source_files_stay_short() -> None:
    folders = ("src/", "ui/src/", "tests/", "benchmarks/", "examples/", "scripts/")
    code = [p for p in _files() if p.suffix in CODE and _name(p).startswith(folders)]

    lengths = {_name(path): len(path.read_text().splitlines()) for path in code}

    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_rooms_say_what_they_are_for_and_are_not_empty() -> None:
    rooms = _rooms()

    silent = [_name(r) for r in rooms if not ast.get_docstring(_tree(r / "__init__.py"))]
    empty = [_name(r) for r in rooms if not _has_code(r)]

    assert rooms
    assert silent == []
    assert empty == []


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text()) if path.exists() else ast.parse("")


def _has_code(room: Path) -> bool:
    others = [p for p in room.rglob("*.py") if p.name != "__init__.py"]
    return bool(others) or len(_tree(room / "__init__.py").body) > 1


def test_only_the_supervisor_catches_everything() -> None:
    broad = {"Exception", "BaseException"}

    offenders = [
        f"{_name(path)}:{node.lineno}"
        for path in sorted(SRC.rglob("*.py"))
        if path.relative_to(SRC).as_posix() not in MAY_CATCH_ANYTHING
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or broad & _names(node.type))
        and not _raises_again(node)
    ]

    assert offenders == []


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _names(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
    bodies = [*tree.body, *(node for found in classes for node in found.body)]
    functions = [node for node in bodies if isinstance(node, ast.FunctionDef)]
    return [f for f in functions if not f.name.startswith("_")]


def test_public_analytics_document_parameters_and_results() -> None:
    missing: list[str] = []

    for path in _modules("analytics"):
        for function in [n for n in _tree(path).body if isinstance(n, ast.FunctionDef)]:
            text = ast.get_docstring(function) or ""
            if function.name.startswith("_") or _is_kernel(function):
                continue
            if _arguments(function) and "Parameters\n---" not in text:
                missing.append(f"{_name(path)}:{function.name}: Parameters")
            if not _returns_nothing(function) and "Returns\n---" not in text:
                missing.append(f"{_name(path)}:{function.name}: Returns")

    assert missing == []


def _is_kernel(function: ast.FunctionDef) -> bool:
    decorators = " ".join(ast.unparse(decorator) for decorator in function.decorator_list)
    return "kernel" in decorators or "njit" in decorators or decorators == "part"


def _arguments(function: ast.FunctionDef) -> set[str]:
    known = function.args
    every = [*known.posonlyargs, *known.args, *known.kwonlyargs, known.vararg, known.kwarg]
    return {argument.arg for argument in every if argument is not None} - {"self", "cls"}


def _returns_nothing(function: ast.FunctionDef) -> bool:
    return isinstance(function.returns, ast.Constant) and function.returns.value is None


def test_documented_parameters_are_those_of_the_signature() -> None:
    wrong: list[str] = []

    for path in _modules(*PURE_ROOMS):
        for function in _public_functions(_tree(path)):
            documented = _documented_parameters(ast.get_docstring(function) or "")
            if documented and documented != _arguments(function):
                wrong.append(f"{_name(path)}:{function.name}: {documented ^ _arguments(function)}")

    assert wrong == []


def _documented_parameters(docstring: str) -> set[str]:
    section = re.search(r"Parameters\n-+\n(.*?)(?=\n\n[A-Z]\w+\n-+\n|\Z)", docstring, re.DOTALL)
    if section is None:
        return set()
    headings = re.findall(r"^(\*{0,2}\w[\w, *]*?)(?: : .*)?$", section[1], re.MULTILINE)
    return {name.strip(" *") for heading in headings for name in heading.split(",")}


def test_files_name_no_package_index_and_no_folder_of_a_machine() -> None:
    index = [".".join(p) for p in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    folders = [
        "/".join(("", *p, "")) for p in (("work", "main"), ("work", "shared"), ("opt", "pypi"))
    ]
    homes = re.compile("/" + r"(home|Users)/[a-z]+/")
    offenders: list[str] = []

    for path in [p for p in _files() if p.suffix in TEXT and p.name != ".npmrc"]:
        text = path.read_text(errors="replace")
        if any(word in text for word in [*index, *folders]) or homes.search(text):
            offenders.append(_name(path))

    assert offenders == []


def test_files_are_small() -> None:
    large = {_name(p): p.stat().st_size for p in _files() if p.stat().st_size > LARGEST_FILE}

    assert large == {}


@pytest.mark.parametrize(
    "lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_locked_requirements_have_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text()

    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())

    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert [entry.split()[0] for entry in entries if "==" not in entry.split()[0]] == []
    assert "://" not in text
    assert "--index-url" not in text


def test_page_lock_names_no_addresses_of_packages() -> None:
    lock = json.loads((ROOT / "ui" / "package-lock.json").read_text())

    resolved = [name for name, package in lock["packages"].items() if "resolved" in package]

    assert resolved == []


def test_pure_rooms_load_nothing_that_reaches_outside() -> None:
    modules = [
        ".".join(path.relative_to(SRC.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in _modules(*PURE_ROOMS)
    ]
    forbidden = {
        *("aiohttp", "asyncio", "duckdb", "fastapi", "httpx2", "picows", "requests", "socket"),
        *("sqlite3", "uvicorn", "websockets", "quantdeck.net", "quantdeck.tape", "quantdeck.app"),
    }
    # What the numeric libraries load by themselves is theirs to answer for.
    program = (
        "import importlib, sys, numpy, msgspec, numba\n"
        "before = set(sys.modules)\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(sorted((set(sys.modules) - before) & {forbidden!r}))"
    )

    answer = _python("-c", program)

    assert answer.stdout.strip() == "[]", answer.stderr


def test_help_loads_no_heavy_library() -> None:
    heavy = {"numpy", "numba", "polars", "duckdb", "pyarrow", "fastapi", "aiohttp", "uvicorn"}
    program = (
        "import sys\n"
        "from quantdeck.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print(sorted(set(sys.modules) & {heavy!r}))"
    )

    answer = _python("-c", program)

    assert answer.stdout.splitlines()[-1:] == ["[]"], answer.stdout + answer.stderr


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(SRC.parent), "PATH": "/usr/bin:/bin", "HOME": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
        env=environment,
    )


@pytest.mark.parametrize("script", ["docs-reference", "docs-pages", "docs-api"])
def test_generated_pages_are_current(script: str) -> None:
    checked = _python(f"scripts/{script}", "--check")

    assert checked.returncode == 0, f"{checked.stderr}run scripts/{script}"


def test_every_page_of_the_documentation_is_in_the_navigation() -> None:
    pages = {p.relative_to(ROOT / "docs").as_posix() for p in (ROOT / "docs").rglob("*.md")}

    listed = set(_leaves(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))

    assert pages - listed == set()
    assert listed - pages == set()


def _leaves(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    children = node.values() if isinstance(node, dict) else node
    assert isinstance(children, list) or hasattr(children, "__iter__")
    return [leaf for child in children for leaf in _leaves(child)]


def test_decisions_have_their_four_parts_and_are_short() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    parts = ["Context", "Decision", "Consequences", "How we would know it was wrong"]

    wrong = [
        path.name
        for path in records
        if re.findall(r"^## (.*)$", path.read_text(), re.MULTILINE) != parts
        or len(path.read_text().splitlines()) > 40
    ]

    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    assert wrong == []


def test_changelog_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()

    assert f"## [{quantdeck.__version__}]" in text


def test_readme_gives_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()

    assert "make run" in text
    assert "make test" in text


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.stem)
def test_examples_fit_on_a_page(example: Path) -> None:
    lines = example.read_text().splitlines()

    assert len(lines) <= 60
    assert ast.get_docstring(ast.parse("\n".join(lines)))
