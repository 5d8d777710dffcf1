"""The wheel is complete: installed where there is no Node, it serves the page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).resolve().parents[2]
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+\S*")

# The page and the numeric kernels may have to be made first.
pytestmark = [pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    _run([*command, str(_ROOT)])
    (built,) = folder.glob("quantdeck-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Dependencies are those of the running environment; only quantdeck itself is installed.
    folder = tmp_path_factory.mktemp("installed")
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    python = folder / "bin" / "python"
    site = Path(_run([str(python), "-c", "import site; print(site.getsitepackages()[0])"]).strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    _run([*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", str(wheel)])
    return folder


@pytest.fixture(scope="module")
def deck(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [str(environment / "bin" / "quantdeck"), "up", "--demo", "--port", "0", "--no-open"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path_factory.mktemp("work"),
        env=_without_node(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _printed_address(process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _without_node(environment: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PATH": str(environment / "bin"), "PYTHONUNBUFFERED": "1"}


def _printed_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    seen: list[str] = []
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        seen.append(line)
        found = _ADDRESS.search(line)
        if found:
            return found[0]
        if not line:
            break
    raise AssertionError("no address was printed:\n" + "".join(seen))


def test_wheel_holds_the_page_and_no_sources_of_it(wheel: Path) -> None:
    names = _run([sys.executable, "-m", "zipfile", "--list", str(wheel)])

    assert "quantdeck/web/index.html" in names
    assert re.search(r"quantdeck/web/assets/\S+\.js", names)
    assert "quantdeck/py.typed" in names
    assert "node_modules" not in names
    assert "tests/" not in names


def test_installed_command_is_that_of_the_wheel(environment: Path, tmp_path: Path) -> None:
    program = "import quantdeck; print(quantdeck.__file__)"

    found = subprocess.run(
        [str(environment / "bin" / "python"), "-c", program],
        cwd=tmp_path,
        env=_without_node(environment),
        capture_output=True,
        text=True,
        check=True,
    )

    assert Path(found.stdout.strip()).is_relative_to(environment)


def test_installed_wheel_serves_the_page_without_node(deck: str) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    browser.addheaders = [("Accept", "text/html,*/*"), ("Sec-Fetch-Mode", "navigate")]
    base = re.match(r"http://[^/]+", deck)
    assert base is not None

    with browser.open(deck, timeout=20) as answer:
        index = answer.read().decode()
    assets = re.findall(r'(?:src|href)="(/[^"]+)"', index)
    sizes = {}
    for path in assets:
        with browser.open(base[0] + path, timeout=20) as answer:
            sizes[path] = len(answer.read())

    assert '<div id="root">' in index
    assert any(path.endswith(".js") for path in assets)
    assert all(size > 0 for size in sizes.values()), sizes


def test_installed_wheel_refuses_a_stranger(deck: str) -> None:
    base = re.match(r"http://[^/]+", deck)
    assert base is not None

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(base[0] + "/api/v1/pages", timeout=20)  # noqa: S310 - loopback

    assert refused.value.code == 401
    refused.value.close()
