from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

DEMO = ("up", "--demo", "--no-open", "--port", "0")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org"])  # noqa: S104 - refused
def test_up_on_a_host_that_is_not_loopback_is_refused(run: Run, host: str) -> None:
    run(*DEMO, "--host", host).refused(2, f"host {host} is refused", "127.0.0.1", "SSH tunnel")


def test_up_with_an_unknown_symbol_names_near_ones(run: Run) -> None:
    ended = run(*DEMO, "--symbols", "btcusd")

    ended.refused(2, "does not trade BINANCE-USDM:BTCUSD; did you mean BINANCE-USDM:BTCUSDT")


def test_up_with_several_symbols_looks_at_each(run: Run) -> None:
    typed = ("--symbol", "ethusdt", "--symbols", "btcusd, solusdt")

    run(*DEMO, *typed).refused(2, "does not trade BINANCE-USDM:BTCUSD;")


@pytest.mark.parametrize("flags", [("--demo",), ("--symbols", "btcusdt")])
def test_up_offline_with_something_to_capture_is_refused(run: Run, flags: tuple[str, ...]) -> None:
    run("up", "--offline", *flags).refused(2, "leave out --demo and --symbols")


def test_up_with_an_unknown_venue_names_the_known(run: Run) -> None:
    ended = run(*DEMO, "--symbols", "kraken:xbtusd")

    ended.refused(2, "no feed of venue KRAKEN runs; there are BINANCE-USDM, BINANCE")


def test_up_when_twenty_ports_in_a_row_are_taken_says_so(run: Run) -> None:
    with ExitStack() as stack:
        first = _twenty_ports(stack)

        ended = run("up", "--demo", "--no-open", "--port", first)

    ended.refused(2, f"from {first} to {first + 19}", "already in use", "--port")


def _twenty_ports(stack: ExitStack) -> int:
    # Somewhere out of the way of the ports that the system gives away.
    for first in range(20_000, 30_000, 25):
        held = ExitStack()
        try:
            for port in range(first, first + 20):
                taken = held.enter_context(socket.socket())
                taken.bind(("127.0.0.1", port))
                taken.listen()
        except OSError:
            held.close()
        else:
            stack.enter_context(held)
            return first
    raise AssertionError("no twenty ports in a row are free")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot: 1", ("config.yaml", "unknown key prot", "did you mean port")),
        ("port: many", ("config.yaml", "port", "default 8050")),
        ("tape: {retention: {trades: {max_age_days: 3}}}", ("tape.retention.trades",)),
        ("tape: {retention: {trade: {max_age_days: 0}}}", ("max_age_days", ">= 1")),
        ("tape: {retention: {trade: {age: 3}}}", ("tape.retention.trade.age",)),
        ("a: [", ("config.yaml", "not valid YAML")),
        ("feeds: {binance_usdm: {symbols: ['a b']}}", ("'a b' is not a symbol",)),
        ("feeds: {binance_usdm: {enabled: false}}", ("no feed is enabled",)),
    ],
)
def test_up_with_wrong_settings_does_not_start(
    run: Run, tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")

    run("up", "--no-open", "--port", "0").refused(2, *words)


def test_up_with_a_missing_settings_file_names_it(run: Run) -> None:
    run("up", "--config", "absent.yaml").refused(2, "absent.yaml: cannot be read", "--config")


def test_up_with_a_wrong_environment_names_the_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANTDECK_PUBLISH__HZ", "1000")

    run("up").refused(2, "QUANTDECK_PUBLISH__HZ", "publish.hz")


def test_up_with_a_port_that_cannot_be_names_the_flag(run: Run) -> None:
    run("up", "--port", "70000").refused(2, "--port", "65535")


def test_up_where_the_data_folder_is_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    run(*DEMO, "--data-dir", "taken").refused(2, "data_dir taken", "--data-dir")
