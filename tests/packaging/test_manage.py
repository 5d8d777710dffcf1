"""manage.sh: the launcher, with stand-ins for conda and for the commands it runs."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_TOOLS = ("sh", "dirname", "cat", "cksum", "mkdir", "cp", "chmod", "sleep", "env")

# Plays python and quantdeck of an environment: writes down what it is asked.
_PYTHON = """#!/bin/sh
case "$1" in
    -c) case "$2" in *executable*) echo "$0" ;; esac ;;
    scripts/install.py) echo "install $*" >>"$LOG" ;;
    scripts/build-page) echo "page" >>"$LOG" ;;
esac
"""
_QUANTDECK = """#!/bin/sh
case "$1" in
    keys)
        case "$2:${ALPACA_API_KEY:-}:${TT_REFRESH_TOKEN:-}" in
            alpaca:?*:* | tastytrade:*:?*) exit 0 ;;
            :*) echo "alpaca      no key; make a free key pair at Alpaca"; exit 0 ;;
            *) echo "$2 no key; set it in .env" >&2; exit 3 ;;
        esac ;;
esac
echo "run $* source=${QUANTDECK_BOXES__SOURCE:-} secret=${ALPACA_API_SECRET:-}" >>"$LOG"
case "$1" in
    ingest) trap 'echo "ingest ended" >>"$LOG"; exit 0' TERM; while :; do sleep 0.05; done ;;
    web) trap 'exit 0' TERM; [ -n "${STAY:-}" ] && while :; do sleep 0.05; done; sleep 0.2
         [ "${CRASH:-}" != KILL ] || kill -9 $$
         exit "${CRASH:-0}" ;;
esac
exit 0
"""
_CONDA = """#!/bin/sh
echo "conda $*" >>"$LOG"
home="$STAND/envs/quantdeck"
case "$1" in
    env) [ ! -d "$home" ] || echo "quantdeck  $home" ;;
    create | install) mkdir -p "$home/bin"; cp "$STAND/python" "$home/bin/python"
            cp "$STAND/quantdeck" "$home/bin/quantdeck" ;;
    run) [ -x "$home/bin/python" ] || exit 1
         shift 3; shift; "$home/bin/python" "$@" ;;
esac
"""


class Checkout:
    """A folder with the launcher, and a PATH on which there is nothing else."""

    def __init__(self, root: Path) -> None:
        self.root, self.log = root, root / "log"
        self.stand = root / "stand"
        for name in ("manage.sh", "scripts/setup", "scripts/install.py", "pyproject.toml"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(_ROOT / name, root / name)
        shutil.copytree(_ROOT / "requirements", root / "requirements")
        (root / "bin").mkdir()
        self.stand.mkdir()
        for tool in _TOOLS:
            (root / "bin" / tool).symlink_to(shutil.which(tool) or tool)
        for name, text in (("python", _PYTHON), ("quantdeck", _QUANTDECK)):
            self._write(self.stand / name, text)

    def with_conda(self) -> None:
        self._write(self.root / "bin" / "conda", _CONDA)

    def with_venv(self) -> None:
        """Have scripts/setup find everything in order."""
        bin_ = self.root / ".venv" / "bin"
        bin_.mkdir(parents=True)
        for name in ("python", "quantdeck"):
            shutil.copy(self.stand / name, bin_ / name)
        self._write(self.root / "scripts" / "setup", "#!/bin/sh\nexit 0\n")

    def environment(self, **more: str) -> dict[str, str]:
        path = str(self.root / "bin")
        return {
            "PATH": path,
            "HOME": str(self.root / "home"),
            "LOG": str(self.log),
            "STAND": str(self.stand),
            **more,
        }

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "manage.sh"), *arguments],
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def runs(self) -> list[str]:
        return [line.removeprefix("run ") for line in self.lines() if line.startswith("run ")]

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    # Folders of people have spaces in their names.
    (tmp_path / "my desk").mkdir()
    return Checkout(tmp_path / "my desk")


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    checkout.with_venv()
    return checkout


def test_launcher_with_conda_creates_its_environment_once_and_fills_it_once(
    checkout: Checkout,
) -> None:
    checkout.with_conda()

    first = checkout.run("setup")
    again = checkout.run("setup")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    lines = checkout.lines()
    assert [line for line in lines if "create" in line] == [
        "conda create --yes --quiet --name quantdeck python=3.11 pip"
    ]
    assert [line for line in lines if line.startswith("install")] == [
        "install scripts/install.py run --here"
    ]


def test_launcher_with_conda_fills_it_again_when_requirements_have_changed(
    checkout: Checkout,
) -> None:
    checkout.with_conda()
    checkout.run("setup")
    with (checkout.root / "requirements" / "run.txt").open("a") as lock:
        lock.write("# changed\n")

    checkout.run("setup")

    assert sum(line.startswith("install") for line in checkout.lines()) == 2


def test_launcher_finds_conda_where_installers_put_it_and_fills_an_environment_there_is(
    checkout: Checkout,
) -> None:
    checkout.with_conda()
    home = checkout.root / "home" / "miniforge3" / "bin"
    home.mkdir(parents=True)
    (checkout.root / "bin" / "conda").rename(home / "conda")
    (checkout.stand / "envs" / "quantdeck").mkdir(parents=True)

    done = checkout.run("setup")

    assert done.returncode == 0, done.stderr
    assert "conda install --yes --quiet --name quantdeck python=3.11 pip" in checkout.lines()


def test_launcher_that_is_to_use_no_conda_leaves_it_alone(ready: Checkout) -> None:
    ready.with_conda()

    done = ready.run("setup", DECK_CONDA_ENV="")

    assert done.returncode == 0
    assert not any(line.startswith("conda") for line in ready.lines())


def test_launcher_without_conda_uses_the_virtual_environment(ready: Checkout) -> None:
    done = ready.run("snapshot", "--demo")

    assert done.returncode == 0, done.stderr
    assert ready.runs()[0].startswith("boxes snapshot --demo source=")


def test_launcher_reads_keys_from_dotenv_without_running_it(ready: Checkout) -> None:
    (ready.root / ".env").write_text(
        "# keys\nexport ALPACA_API_KEY='k'\nALPACA_API_SECRET = \"s$(touch owned) #1\" # mine\nbroken line\n"
    )

    done = ready.run("a")

    assert done.returncode == 0, done.stderr
    assert ready.runs()[0].startswith("boxes snapshot --source alpaca")
    assert ready.runs()[0].endswith("secret=s$(touch owned) #1")
    assert not (ready.root / "owned").exists()


def test_launcher_lets_the_environment_win_over_dotenv(ready: Checkout) -> None:
    (ready.root / ".env").write_text("ALPACA_API_KEY=k\nALPACA_API_SECRET=file\n")

    ready.run("a", ALPACA_API_SECRET="environment")  # noqa: S106 - none

    assert ready.runs()[0].endswith("secret=environment")


def test_launcher_without_keys_says_what_is_missing_and_runs_nothing(ready: Checkout) -> None:
    none = ready.run("b")
    named = ready.run("b", "--source", "tastytrade", ALPACA_API_KEY="k")

    assert (none.returncode, named.returncode) == (3, 3)
    assert "make a free key pair" in none.stdout + none.stderr
    assert "no key of a vendor" in none.stderr
    assert "the key of tastytrade is missing" in named.stderr
    assert ready.runs() == []


def test_launcher_opens_the_deck_without_keys_and_says_what_is_left_out(ready: Checkout) -> None:
    (ready.root / ".env").write_text("QUANTDECK_BOXES__SOURCE=auto # nobody yet\n")

    done = ready.run("c")

    assert done.returncode == 0, done.stderr
    assert "without chains" in done.stderr
    assert ready.runs() == ["up source=auto secret="]


def test_launcher_asks_at_a_terminal(ready: Checkout) -> None:
    mine, its = pty.openpty()
    os.write(mine, b"a\n")

    done = subprocess.run(
        [str(ready.root / "manage.sh"), "--demo"],
        env=ready.environment(),
        stdin=its,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    os.close(mine)
    os.close(its)
    assert "a) take a single box snapshot" in done.stdout
    assert ready.runs()[0].startswith("boxes snapshot --demo")


@pytest.mark.parametrize(
    ("what", "command"),
    [
        ("b", "boxes collect --loop --source alpaca --interval 5 source="),
        ("collector", "boxes collect --loop --source alpaca --interval 5 source="),
        ("deck", "up --interval 5 source=alpaca"),
    ],
)
def test_launcher_runs_what_is_named_with_the_options_after_it(
    ready: Checkout, what: str, command: str
) -> None:
    done = ready.run(what, "--interval", "5", ALPACA_API_KEY="k")

    assert done.returncode == 0, done.stderr
    assert ready.runs()[0].startswith(command)


@pytest.mark.parametrize(("crash", "code"), [("0", 0), ("3", 3), ("KILL", 137)])
def test_launcher_ends_the_collector_with_the_page_however_it_ends(
    ready: Checkout, crash: str, code: int
) -> None:
    done = ready.run("both", "--demo", "--port", "0", CRASH=crash)

    assert done.returncode == code, done.stderr
    collector, page = sorted(ready.runs())
    assert collector.startswith("ingest --demo --port 8010")
    assert page.startswith("web --demo --port 0")
    assert ready.lines()[-1] == "ingest ended"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_launcher_that_is_told_to_stop_ends_page_and_collector(
    ready: Checkout, shell: str, how: signal.Signals
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    (ready.root / "bin" / "sh").unlink()
    (ready.root / "bin" / "sh").symlink_to(program)
    with subprocess.Popen(
        [str(ready.root / "bin" / "sh"), str(ready.root / "manage.sh"), "d", "--demo"],
        env=ready.environment(STAY="1"),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        # Who runs the tests may have it ignored, as nohup does, and no shell takes that back.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        deadline = time.monotonic() + 20
        while len(ready.runs()) < 2:
            assert time.monotonic() < deadline, ready.lines()
            time.sleep(0.02)
        process.send_signal(how)
        try:
            process.wait(timeout=10)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    assert ready.lines()[-1] == "ingest ended"


def test_launcher_without_a_terminal_asks_nobody(ready: Checkout) -> None:
    done = ready.run(ALPACA_API_KEY="k")

    assert done.returncode == 2
    assert "nobody can be asked here" in done.stderr
    assert ready.runs() == []


def test_launcher_refuses_what_there_is_not(ready: Checkout) -> None:
    done = ready.run("everything")

    assert done.returncode == 2
    assert "there is no everything" in done.stderr
