"""Looks over an installation and says what would mend it."""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import msgspec
from rich.console import Console

import quantdeck
from quantdeck.app.credentials import (
    alpaca_keys,
    key_hint,
    news_key,
    polygon_key,
    surroundings,
    tastytrade_grant,
)
from quantdeck.app.doctor_folder import (
    Finding,
    databases,
    integrity,
    key_file,
    newest_backup,
    room,
)
from quantdeck.app.doctor_ports import ports
from quantdeck.app.key_file import ENV_FILE
from quantdeck.app.places import tape_folder
from quantdeck.app.settings import Settings, load
from quantdeck.app.state import open_state
from quantdeck.app.words import counted
from quantdeck.model.errors import ConfigError, QuantdeckError
from quantdeck.net.clock import SystemClock

_MANIFEST = "manifest.sqlite"
_OLDEST_SQLITE = (3, 37)
_NOT_ASKED = Finding("clock", "ok", "not compared; quantdeck doctor --online asks a vendor")
_HEAVY = ("numba", "numpy", "pyarrow", "duckdb", "picows", "fastapi")


def run_doctor(
    config: Path | None,
    *,
    data_dir: str | None,
    warm: bool = False,
    online: bool = False,
    deep: bool = False,
    as_json: bool = False,
) -> None:
    """Check everything, print what was found, and exit with 3 where something fails.

    Parameters
    ----------
    config : Path or None
        Settings file.
    data_dir : str or None
        Data folder given on the command line.
    warm : bool
        Compile every numeric kernel now.
    online : bool
        Ask vendors what time it is, and what every key may do.
    deep : bool
        Read every file of the tape to its end.
    as_json : bool
        Print a JSON list instead of a table.
    """
    findings = [_python(), _libraries()]
    settings: Settings | None = None
    try:
        settings = load(config, flags={"data_dir": data_dir})
    except ConfigError as error:
        findings.append(
            Finding("settings", "fail", str(error), "mend it, or name another file with --config")
        )
    if settings is not None:
        findings.append(Finding("settings", "ok", str(config or "defaults and environment")))
        findings += [key_file(ENV_FILE), *_vendors(settings), *_kept(settings, deep=deep)]
        findings += ports(settings)
        findings += _online(settings) if online else [_NOT_ASKED]
    findings += [_page(), _kernels(warm=warm)]
    if as_json:
        print(json.dumps(msgspec.to_builtins(findings), indent=2))  # noqa: T201
    else:
        _show(findings)
    if any(f.verdict == "fail" for f in findings):
        raise SystemExit(3)


def _show(findings: list[Finding]) -> None:
    console = Console(soft_wrap=True)
    marks = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}
    for f in findings:
        console.print(f"{marks[f.verdict]}  {f.check:<14} {f.found}", highlight=False)
        if f.remedy:
            console.print(f"                  -> {f.remedy}", highlight=False)


def _python() -> Finding:
    version = platform.python_version()
    return Finding("python", "ok", f"{version} at {sys.prefix}, quantdeck {quantdeck.__version__}")


def _libraries() -> Finding:
    absent = [name for name in _HEAVY if find_spec(name) is None]
    if absent:
        remedy = "install again: make run, or pip install quantdeck"
        return Finding("libraries", "fail", f"not installed: {', '.join(absent)}", remedy)
    versions = ", ".join(f"{n} {metadata.version(n)}" for n in _HEAVY)
    versions += f", SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        remedy = "use a Python that brings SQLite 3.37 or later"
        return Finding("libraries", "fail", f"SQLite is too old: {versions}", remedy)
    return Finding("libraries", "ok", versions)


def _vendors(settings: Settings) -> list[Finding]:
    return [
        *(_vendor("alpaca", settings), _vendor("tastytrade", settings)),
        *(_polygon(settings), _newsapi(), _yahoo(settings)),
    ]


def _kept(settings: Settings, *, deep: bool) -> list[Finding]:
    folder, demo = Path(settings.data_dir), tape_folder(settings, demo=True)
    now_ns = SystemClock().now_ns()
    findings = [room(folder, now_ns=now_ns), _tape("tape", settings, folder, demo=False)]
    if settings.state.url:
        findings.append(_state(settings))
    if settings.bus.url:
        findings.append(_bus(settings))
    if (folder / _MANIFEST).exists():
        findings.append(integrity("tape files", folder, deep=deep))
    if folder.is_dir():
        findings += [databases(folder), newest_backup(folder, now_ns=now_ns)]
    if (demo / _MANIFEST).exists():
        findings += [
            _tape("demo tape", settings, demo, demo=True),
            integrity("demo files", demo, deep=deep),
        ]
    return findings


def _state(settings: Settings) -> Finding:
    try:
        open_state(settings, demo=False).close()
    except QuantdeckError as error:
        return Finding("state", "fail", str(error), "see docs: state in PostgreSQL")
    return Finding("state", "ok", f"{settings.state.url}: answers")


def _bus(settings: Settings) -> Finding:
    from quantdeck.app.doctor_bus import bus

    return bus(settings)


def _online(settings: Settings) -> list[Finding]:
    from quantdeck.app.doctor_online import clock_skew, keys

    return [clock_skew(settings, SystemClock()), *keys(settings)]


def _tape(check: str, settings: Settings, folder: Path, *, demo: bool) -> Finding:
    from quantdeck.app.tape_parts import tape_reader

    store = settings.tape.store.url
    if not store and not (folder / _MANIFEST).exists():
        return Finding(check, "ok", "empty; it begins with the first capture or import")
    try:
        coverage = tape_reader(settings, folder, demo=demo).coverage()
    except QuantdeckError as error:
        return Finding(check, "fail", str(error), "see docs: troubleshooting, the tape")
    events = counted(sum(c.rows for c in coverage), "event")
    where = f"{folder} and {store}" if store else str(folder)
    return Finding(check, "ok", f"{events} in {counted(len(coverage), 'stream')} in {where}")


# Which keys there are is told, never what they are.
def _vendor(name: str, settings: Settings) -> Finding:
    environ = surroundings(is_strict=False)
    has_key = (alpaca_keys if name == "alpaca" else tastytrade_grant)(environ) is not None
    enabled = getattr(settings.feeds, name).enabled
    if enabled and not has_key:
        return Finding(name, "fail", "enabled, but no key was found", key_hint(name))
    if not has_key:
        return Finding(name, "ok", "no key; not needed for files, --demo and other vendors")
    return Finding(name, "ok", f"key found, {'enabled' if enabled else 'not enabled'}")


def _yahoo(settings: Settings) -> Finding:
    chosen = settings.feeds.yahoo
    enabled = "enabled" if chosen.enabled else "not enabled"
    if find_spec("yfinance") is not None:
        return Finding("yahoo", "ok", f"yfinance {metadata.version('yfinance')}, {enabled}")
    if chosen.enabled and chosen.rest_url is None:
        remedy = "pip install 'quantdeck[yahoo]'"
        return Finding("yahoo", "fail", "enabled, but yfinance is not installed", remedy)
    return Finding("yahoo", "ok", "yfinance is not installed; not needed for --demo")


def _polygon(settings: Settings) -> Finding:
    from quantdeck.app.polygon_access import entitlements
    from quantdeck.net.clock import SystemClock

    key = polygon_key(surroundings(is_strict=False))
    if key is None:
        return Finding("polygon", "ok", "no key; not needed for files, --demo and other vendors")
    lacks = [
        each.name for each in entitlements(settings, key, SystemClock()).known() if not each.allowed
    ]
    found = f"key found, plan {settings.feeds.polygon.plan}"
    if not lacks:
        return Finding("polygon", "ok", found)
    return Finding("polygon", "ok", f"{found}; it turned out to be without {', '.join(lacks)}")


def _newsapi() -> Finding:
    found = "no key; news come from the other vendors"
    return Finding(
        "newsapi", "ok", "key found" if news_key(surroundings(is_strict=False)) else found
    )


def _page() -> Finding:
    index = Path(quantdeck.__file__).parent / "web" / "index.html"
    if index.exists():
        return Finding("page", "ok", "built")
    return Finding("page", "fail", "not built in this checkout", "scripts/build-page, or make run")


def _kernels(*, warm: bool) -> Finding:
    if not warm:
        return Finding("kernels", "ok", "compiled on first use, kept on disk (--warm does it now)")
    from quantdeck.app.warm_cache import warm_cache

    count = warm_cache()
    return Finding("kernels", "ok", f"{count} compiled and kept on disk")
