"""Fill .venv from the locked requirements; called by scripts/setup, standard library only.

Usage: python scripts/install.py run|test|docs [--here]

With --here the environment of the running Python is filled instead, such as one of conda.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
HERE = "--here" in sys.argv[1:]
PYTHON = Path(sys.executable) if HERE else VENV / "bin" / "python"
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
MINIMUM_NODE = 20
# How pip begins the line with which it turns to one more package: from an index, from a folder,
# there already, not for this machine.
TURNS_TO = ("Collecting ", "Processing ", "Requirement already satisfied: ", "Ignoring ")


class InstallError(Exception):
    """The environment cannot be made; the message says why and what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal what is being done."""
    print(text, flush=True)


def make_environment() -> None:
    """Create .venv unless a working one of a new enough Python is there, or another is to be filled."""
    if HERE:
        return
    if PYTHON.exists():
        check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        if subprocess.run([PYTHON, "-c", check], check=False, capture_output=True).returncode == 0:
            return
        say("Replacing .venv, which does not work with this Python ...")
        shutil.rmtree(VENV)
    say(f"Creating .venv with Python {sys.version.split()[0]} ...")
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise InstallError(f"python -m venv failed:\n{done.stdout}{done.stderr}")


def install(requirements: Path) -> None:
    """Install a locked set of packages, every file held against its hash."""
    total = len(re.findall(r"^[A-Za-z0-9]", requirements.read_text(), re.MULTILINE))
    say(f"Installing {requirements.name}: {total} packages ...")
    # Python compiles a module when it is first imported: of 7,000 files a deck needs a third.
    command = [*PIP, "install", "--no-compile", "--no-deps", "--require-hashes"]
    command += ["-r", str(requirements)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )
    assert process.stdout is not None  # noqa: S101 - asked for above
    lines: list[str] = []
    count = 0
    for line in process.stdout:
        lines.append(line)
        count += line.startswith(TURNS_TO)
        tell(line, count, total)
    if process.wait():
        reason = "".join(lines[-15:])
        raise InstallError(f"{reason}\npip could not install {requirements.name}, see above.")


def tell(line: str, count: int, total: int) -> None:
    """Say how far pip has come."""
    words = line.split()
    if line.startswith(("Collecting ", "Processing ")):
        name = words[1].rpartition("/")[2]
        shown = name.replace("==", " ") if "==" in name else " ".join(name.split("-")[:2])
        say(f"  {count:3d}/{total} {shown}")
    elif line.startswith("Installing collected packages"):
        say("  unpacking ...")


def install_project() -> None:
    """Put the checkout itself into .venv, editable, with its console script."""
    install(ROOT / "requirements" / "build.txt")
    say("Installing quantdeck ...")
    command = [*PIP, "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise InstallError(f"{done.stdout}{done.stderr}\npip could not install the project.")


def machine_has_node() -> bool:
    """Return whether a Node that can build the page is on PATH."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    version = re.match(r"v(\d+)\.", answer.stdout)
    return version is not None and int(version[1]) >= MINIMUM_NODE


def main(purpose: str) -> int:
    """Install what `purpose` needs; return the exit code."""
    started = time.monotonic()
    try:
        make_environment()
        install(ROOT / "requirements" / f"{purpose}.txt")
        if purpose == "test":
            install(ROOT / "requirements" / "specs.txt")
        if purpose != "docs":
            install_project()
            if not machine_has_node():
                install(ROOT / "requirements" / "node.txt")
    except InstallError as error:
        print(f"quantdeck: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("quantdeck: interrupted; the next run goes on from here", file=sys.stderr)
        return 130
    say(f"Ready after {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
