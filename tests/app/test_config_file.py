from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.app.config_file import replace_file, with_value
from quantdeck.model.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

MINE = """\
# What I capture
port: 8050   # of the page
feeds:
  # futures
  binance_usdm:
    symbols:
      - BTCUSDT   # the leader
      - ETHUSDT
    enabled: true
  alpaca: {enabled: false}
  tastytrade:
alerts:
  console: "yes"  # quoted

# the end
"""
KEYS = ("port", "host", "feeds.alpaca.enabled", "feeds.binance_usdm.symbols", "sql.max_rows")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", 9000),
        ("host", "127.0.0.1"),
        ("feeds.binance_usdm.symbols", ["SOLUSDT"]),
        ("feeds.binance_usdm.streams", ["trade"]),
        ("feeds.alpaca.enabled", True),
        ("feeds.alpaca.symbols", []),
        ("feeds.tastytrade.enabled", True),
        ("feeds.yahoo.enabled", True),
        ("alerts.console", False),
        ("alerts.email.host", "mail.example"),
        ("tape.retention.trade.max_age_days", None),
    ],
)
def test_changed_file_differs_in_one_value_and_keeps_its_comments(key: str, value: Any) -> None:
    made = with_value(MINE, key, value)

    tree = yaml.safe_load(made)
    for part in key.split("."):
        tree = tree[part]
    assert tree == value
    for comment in ("# What I capture", "# of the page", "# futures", "# quoted", "# the end"):
        assert comment in made


@settings(max_examples=50)
@given(
    changes=st.lists(
        st.tuples(
            st.sampled_from(KEYS),
            st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=20))
            | st.lists(st.text(max_size=5), max_size=3),
        ),
        max_size=6,
    ),
    mine=st.booleans(),
)
def test_changes_one_after_the_other_all_hold(changes: list[tuple[str, Any]], mine: bool) -> None:
    text = MINE if mine else ""

    for key, value in changes:
        text = with_value(text, key, value)

    for key, value in dict(changes).items():
        tree: Any = yaml.safe_load(text)
        for part in key.split("."):
            tree = tree[part]
        assert tree == value


@pytest.mark.parametrize("text", ["- a\n- b\n", "port: [\n", "feeds: &one {port: 1}\nsql: *one\n"])
def test_file_in_which_a_value_cannot_be_changed_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        with_value(text, "sql.port", 2)


def test_replaced_file_keeps_its_rights_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("port: 1\n")
    file.chmod(0o600)

    replace_file(file, "port: 2\n")

    assert file.read_text() == "port: 2\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        replace_file(tmp_path / "nowhere" / "config.yaml", "")
