from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.app.settings import documented, load
from quantdeck.model.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def _file(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_load_without_file_gives_defaults(tmp_path: Path) -> None:
    settings = load(_file(tmp_path, ""), environ={})

    assert settings.port == 8050
    assert settings.feeds.binance_usdm.symbols == ("BTCUSDT", "ETHUSDT")


def test_load_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    path = _file(tmp_path, "port: 1\nhost: 127.0.0.3\ntape: {roll_rows: 5000}\n")

    settings = load(
        path,
        environ={"WEBAPP_PORT": "2", "QUANTDECK_TAPE__ROLL_SECONDS": "60"},
        flags={"port": 3, "host": None},
    )

    assert (settings.port, settings.host) == (3, "127.0.0.3")
    assert (settings.tape.roll_rows, settings.tape.roll_seconds) == (5000, 60)


def test_load_environment_list_is_split_at_commas(tmp_path: Path) -> None:
    settings = load(
        _file(tmp_path, ""), environ={"QUANTDECK_FEEDS__BINANCE_USDM__SYMBOLS": "solusdt, xrpusdt"}
    )

    assert settings.feeds.binance_usdm.symbols == ("solusdt", "xrpusdt")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot: 1", ["config.yaml", "prot", "did you mean port"]),
        ("tape: {roll_row: 1}", ["tape.roll_row", "did you mean tape.roll_rows"]),
        ("port: many", ["config.yaml", "port", "default 8050"]),
        ("port: 70000", ["port", "65535"]),
        ("log_level: loud", ["log_level", "debug", "warning"]),
        ("feeds: {binance_usdm: {streams: [depth]}}", ["streams", "aggTrade"]),
        ("tape: 5", ["tape", "keys and values"]),
        ("- a", ["config.yaml", "list"]),
        ("a: [", ["not valid YAML"]),
    ],
)
def test_load_wrong_file_names_file_key_and_way_out(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(_file(tmp_path, text), environ={})

    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_load_env_file_is_below_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("WEBAPP_PORT=1\nWEBAPP_HOST=127.0.0.9\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEBAPP_PORT", "2")

    settings = load()

    assert (settings.port, settings.host) == (2, "127.0.0.9")


def test_load_wrong_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="QUANTDECK_TAPES__X"):
        load(_file(tmp_path, ""), environ={"QUANTDECK_TAPES__X": "1"})


def test_load_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml.*--config"):
        load(tmp_path / "absent.yaml", environ={})


def test_documented_describes_every_setting() -> None:
    rows = documented()

    assert all(text or key == "log_level" for key, _, _, text in rows)
    assert len({key for key, *_ in rows}) == len(rows) > 25


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        (
            "ALPACA_DATA_BASE_URL",
            "http://127.0.0.1:1",
            "feeds.alpaca.data_url",
            "http://127.0.0.1:1",
        ),
        ("ALPACA_DATA_FEED", "opra", "feeds.alpaca.data_feed", "opra"),
        ("ALPACA_STREAM_URL", "ws://127.0.0.1:1", "feeds.alpaca.stream_url", "ws://127.0.0.1:1"),
        ("DASH_USE_STREAM", "0", "boxes.use_stream", False),
        ("DASH_USE_STREAM", "1", "boxes.use_stream", True),
        ("DASH_UPDATE_MS", "250", "boxes.update_ms", 250),
        ("QUANTDECK_BOXES__TICKERS", "SPX, XSP", "boxes.tickers", ("SPX", "XSP")),
        ("QUANTDECK_BOXES__TENORS_DAYS", "30,60", "boxes.tenors_days", (30, 60)),
    ],
)
def test_load_usual_environment_names_set_their_keys(
    tmp_path: Path, name: str, text: str, key: str, value: object
) -> None:
    found: object = load(_file(tmp_path, ""), environ={name: text})

    for part in key.split("."):
        found = getattr(found, part)
    assert found == value


def test_load_cache_ttl_is_that_of_polygon(tmp_path: Path) -> None:
    environ = {"CACHE_TTL": "0", "QUANTDECK_FEEDS__POLYGON__CHANNELS": "trades,minutes"}

    settings = load(_file(tmp_path, ""), environ=environ)

    assert settings.feeds.polygon.cache_ttl_s == 0
    assert settings.feeds.polygon.channels == ("trades", "minutes")


def test_load_empty_usual_environment_name_sets_nothing(tmp_path: Path) -> None:
    settings = load(_file(tmp_path, ""), environ={"ALPACA_DATA_FEED": "", "DASH_UPDATE_MS": " "})

    assert settings == load(_file(tmp_path, ""), environ={})


def test_load_wrong_usual_environment_name_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"DASH_UPDATE_MS.*boxes\.update_ms"):
        load(_file(tmp_path, ""), environ={"DASH_UPDATE_MS": "often"})


def test_load_sources_keys_of_boxes_become_rules(tmp_path: Path) -> None:
    text = """
    boxes:
      tickers: [SPX, XSP]
      expiries_per_ticker: 12
      min_volume: 1
      min_open_interest: 10
      min_strike_gap: 50
      max_strike_gap: 1000
      price_selector: mid
      update_interval_seconds: 30
      max_snapshots_retained: 100
      surface_history_minutes: 15
      max_abs_rate: 0.2
      fee_per_contract: 1.25
    """

    boxes = load(_file(tmp_path, text), environ={}).boxes

    rules = boxes.rules()
    assert (rules.min_gap, rules.max_gap, rules.max_abs_rate) == (50, 1000, 0.2)
    assert (rules.min_volume, rules.min_open_interest, rules.fee_per_contract) == (1, 10, 1.25)
    assert rules.price_selector.value == "mid"
    assert (boxes.update_interval_seconds, boxes.max_snapshots_retained) == (30, 100)
