from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from quantdeck.app.credentials import surroundings
from quantdeck.app.serve import _first_view
from quantdeck.app.settings import load
from quantdeck.app.setup import DeckSetup
from quantdeck.app.setup_vendors import VENDORS
from quantdeck.model.errors import BadInput, ConfigError, Conflict
from quantdeck.net.clock import SystemClock
from quantdeck.sims.newsapi.server import NewsApiSim
from quantdeck.views.payloads import Mode
from tests.notify.receivers import http_receiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.ports.setup import SettingRow, VendorState

WORD = "hunter2-hunter2-wxyz"


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DeckSetup]:
    monkeypatch.chdir(tmp_path)
    for vendor in VENDORS.values():
        for name in vendor.names:
            monkeypatch.delenv(name, raising=False)

    def go(**how: Any) -> DeckSetup:
        flags = how.pop("flags", {})
        settings = load(None, flags=flags)
        given = {"config": None, "mode": "live", "clock": SystemClock(), **how}
        return DeckSetup(settings, flags=flags, **given)

    return go


def _vendor(setup: DeckSetup, name: str) -> VendorState:
    return next(each for each in setup.state().vendors if each.id == name)


def _setting(setup: DeckSetup, key: str) -> SettingRow:
    return next(row for row in setup.settings() if row.key == key)


def test_setup_of_a_fresh_folder_is_first_until_somebody_finishes_it(
    make: Callable[..., DeckSetup],
) -> None:
    setup = make()
    assert setup.state().is_first

    setup.finish()
    setup.finish()

    assert not setup.state().is_first
    assert not make().state().is_first


@pytest.mark.parametrize(
    ("mode", "link"),
    [(Mode.LIVE, "http://127.0.0.1:1/setup?token=t"), (Mode.DEMO, "http://127.0.0.1:1/?token=t")],
)
def test_live_deck_that_nobody_has_set_up_begins_with_that(
    make: Callable[..., DeckSetup], mode: Mode, link: str
) -> None:
    assert _first_view("http://127.0.0.1:1/?token=t", make(), mode) == link


@pytest.mark.parametrize("file", ["config.yaml", ".env"])
def test_setup_of_a_folder_with_settings_or_keys_is_not_first(
    make: Callable[..., DeckSetup], file: str
) -> None:
    Path(file).write_text("NEWS_API_KEY=a\n" if file == ".env" else "port: 1\n")

    assert not make().state().is_first


def test_kept_keys_are_told_by_their_ending_alone(make: Callable[..., DeckSetup]) -> None:
    setup = make()

    setup.keep_keys("alpaca", {"ALPACA_API_KEY": "short", "ALPACA_API_SECRET": WORD}, "file")

    told = msgspec.json.encode(setup.state()).decode()
    key, secret = _vendor(setup, "alpaca").keys
    assert (key.is_set, key.source, key.ending) == (True, "file", "")
    assert (secret.is_set, secret.source, secret.ending) == (True, "file", "wxyz")
    assert WORD not in told
    assert "short" not in told
    assert _vendor(setup, "alpaca").is_ready
    assert setup.state().needs_restart
    assert surroundings()["ALPACA_API_SECRET"] == WORD
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600


def test_half_of_a_pair_of_keys_is_not_ready(make: Callable[..., DeckSetup]) -> None:
    setup = make()

    setup.keep_keys("alpaca", {"ALPACA_API_SECRET": WORD}, "file")

    assert not _vendor(setup, "alpaca").is_ready


def test_key_takes_the_place_of_one_under_an_older_name(make: Callable[..., DeckSetup]) -> None:
    Path(".env").write_text("POLYGON_API_KEY=old-old-old-old\n")
    setup = make()

    setup.keep_keys("polygon", {"MASSIVE_API_KEY": WORD}, "file")

    assert "POLYGON_API_KEY" not in surroundings()
    assert _vendor(setup, "polygon").keys[0].ending == "wxyz"


def test_forgotten_keys_are_gone(make: Callable[..., DeckSetup]) -> None:
    setup = make()
    setup.keep_keys("newsapi", {"NEWS_API_KEY": WORD}, "file")

    setup.forget_keys("newsapi")
    setup.forget_keys("newsapi")

    assert not _vendor(setup, "newsapi").is_ready
    assert WORD not in Path(".env").read_text()


def test_key_of_the_environment_is_shown_and_not_overruled(
    make: Callable[..., DeckSetup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_API_KEY", WORD)
    setup = make()

    with pytest.raises(Conflict, match="NEWS_API_KEY is in the environment"):
        setup.keep_keys("newsapi", {"NEWS_API_KEY": "other"}, "file")

    assert _vendor(setup, "newsapi").keys[0].source == "environment"
    assert not Path(".env").exists()


@pytest.mark.parametrize(
    ("vendor", "values"),
    [
        ("nobody", {"NEWS_API_KEY": WORD}),
        ("newsapi", {"PATH": WORD}),
        ("newsapi", {}),
        ("newsapi", {"NEWS_API_KEY": f"{WORD}\nPATH=x"}),
    ],
)
def test_keys_that_a_vendor_has_not_are_refused_and_not_told(
    make: Callable[..., DeckSetup], vendor: str, values: dict[str, str]
) -> None:
    with pytest.raises(BadInput) as told:
        make().keep_keys(vendor, values, "file")

    assert WORD not in str(told.value)
    assert not Path(".env").exists()


def test_changed_setting_is_in_the_file_and_comes_from_there(
    make: Callable[..., DeckSetup],
) -> None:
    Path("config.yaml").write_text("# mine\nport: 8050\n")
    setup = make()

    changed = setup.change_settings(
        {"feeds.alpaca.symbols": "SPY, QQQ", "publish.hz": "5", "port": "8050"}
    )

    assert changed == ("feeds.alpaca.symbols", "publish.hz")
    assert Path("config.yaml").read_text().startswith("# mine\nport: 8050\n")
    assert load(None).feeds.alpaca.symbols == ("SPY", "QQQ")
    assert _setting(setup, "publish.hz").source == "file"
    assert _setting(setup, "feeds.alpaca.symbols").value == "SPY, QQQ"
    assert list(Path().glob(".config*")) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"prot": "1"}, "there is no setting"),
        ({"port": "70000"}, "port: expected"),
        ({"port": "many"}, "whole number"),
        ({"publish.hz": "0"}, "publish.hz: expected"),
        ({"feeds.alpaca.data_feed": "best"}, "allowed: opra"),
        ({"feeds.binance_usdm.streams": "aggTrade, noise"}, "feeds.binance_usdm.streams"),
        ({"publish.hz": "5", "alerts.console": "perhaps"}, "true or false"),
        ({"paper.pairs": "[]"}, "in the file alone"),
        ({"feeds.polygon.rest_url": "https://elsewhere.example"}, "in the file alone"),
        ({"feeds.newsapi.url": "https://elsewhere.example"}, "in the file alone"),
        ({"alerts.email.host": "elsewhere.example"}, "in the file alone"),
        ({"panels.file": "mine.py"}, "in the file alone"),
        ({"accounts.mode": "local"}, "in the file alone"),
        ({"host": "127.0.0.2"}, "in the file alone"),
    ],
)
def test_wrong_settings_are_refused_and_nothing_is_written(
    make: Callable[..., DeckSetup], values: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        make().change_settings(values)

    assert list(Path().iterdir()) == []


def test_setting_of_the_environment_or_a_flag_is_shown_and_not_overruled(
    make: Callable[..., DeckSetup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANTDECK_PUBLISH__HZ", "3")
    setup = make(flags={"port": 9000})

    with pytest.raises(Conflict, match="QUANTDECK_PUBLISH__HZ"):
        setup.change_settings({"publish.hz": "5"})
    with pytest.raises(Conflict, match="command line"):
        setup.change_settings({"port": "5"})

    assert (_setting(setup, "publish.hz").source, _setting(setup, "port").source) == (
        "environment",
        "flag",
    )


def test_every_setting_can_be_written_as_it_is_shown(make: Callable[..., DeckSetup]) -> None:
    setup = make()

    values = {row.key: row.value for row in setup.settings() if row.kind != "fixed"}
    changed = setup.change_settings(values)

    assert len(values) > 150
    assert changed == ()


def test_check_says_what_a_key_may_do(make: Callable[..., DeckSetup]) -> None:
    async def ask(key: str) -> tuple[Any, ...]:
        async with NewsApiSim(key="right") as sim:
            setup = make(flags={"feeds.newsapi.url": sim.base_url})
            found = await setup.check_keys("newsapi", {"NEWS_API_KEY": key or "right"})
            return found, _vendor(setup, "newsapi").checks

    good, kept = asyncio.run(ask(""))
    bad, _ = asyncio.run(ask(WORD))

    assert [check.verdict for check in good] == ["ok"]
    assert kept == good
    assert [check.verdict for check in bad] == ["failed"]
    assert WORD not in str(bad)
    assert not Path(".env").exists()


def test_check_of_slack_sends_a_message(make: Callable[..., DeckSetup]) -> None:
    async def ask() -> tuple[Any, ...]:
        async with http_receiver() as receiver:
            setup = make()
            found = await setup.check_keys("slack", {"SLACK_WEBHOOK_URL": receiver.url})
            return found, receiver.requests

    found, requests = asyncio.run(ask())

    assert [check.verdict for check in found] == ["ok"]
    assert "This deck can reach you here." in str(requests)
    assert "secret-path" not in str(found)


def test_check_without_a_key_says_what_is_missing(make: Callable[..., DeckSetup]) -> None:
    setup = make()

    with pytest.raises(BadInput, match="NEWS_API_KEY"):
        asyncio.run(setup.check_keys("newsapi", {}))
    with pytest.raises(BadInput, match="SLACK_WEBHOOK_URL"):
        asyncio.run(setup.check_keys("slack", {}))


def test_restart_is_refused_where_a_vendor_to_be_used_lacks_its_key(
    make: Callable[..., DeckSetup],
) -> None:
    asked: list[str] = []
    setup = make(again=asked.append)
    setup.change_settings({"feeds.alpaca.enabled": "true"})

    with pytest.raises(Conflict, match="Alpaca"):
        setup.restart("live")
    setup.restart("demo")

    assert asked == ["demo"]


def test_restart_is_asked_for_only_where_the_settings_hold(
    make: Callable[..., DeckSetup],
) -> None:
    asked: list[str] = []
    setup, bound = make(again=asked.append), make()

    setup.restart("demo")
    with pytest.raises(Conflict):
        bound.restart("live")
    Path("config.yaml").write_text("prot: 1\n")
    with pytest.raises(ConfigError):
        setup.restart("live")

    assert asked == ["demo"]
