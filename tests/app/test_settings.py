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
