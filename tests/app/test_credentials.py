from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import msgspec
import pytest

from quantdeck.app.credentials import (
    Secret,
    alpaca_keys,
    news_key,
    polygon_key,
    surroundings,
    tastytrade_grant,
)
from quantdeck.app.settings import documented, load

if TYPE_CHECKING:
    from pathlib import Path

WORD = "hunter2"


def test_secret_shows_itself_nowhere() -> None:
    secret = Secret(WORD)

    shown = [repr(secret), str(secret), f"{secret}", f"{[secret]}", "%s" % secret]  # noqa: UP031

    assert not any(WORD in text for text in shown)
    assert secret.reveal() == WORD


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, msgspec.json.encode])
def test_secret_is_not_written(write) -> None:
    with pytest.raises(TypeError):
        write(Secret(WORD))


def test_alpaca_keys_are_whole_or_none() -> None:
    whole = {"ALPACA_API_KEY": "k", "ALPACA_API_SECRET": WORD}

    keys = alpaca_keys(whole)

    assert keys is not None
    assert (keys.key.reveal(), keys.secret.reveal()) == ("k", WORD)
    assert WORD not in repr(keys)
    assert alpaca_keys({"ALPACA_API_KEY": "k", "ALPACA_API_SECRET": " "}) is None


@pytest.mark.parametrize(
    ("environ", "is_oauth"),
    [
        ({"TT_CLIENT_SECRET": "a", "TT_REFRESH_TOKEN": "b"}, True),
        ({"TT_SECRET": "a", "TT_REFRESH": "b"}, True),
        ({"TT_CLIENT_SECRET": "a", "TT_USERNAME": "u", "TT_PASSWORD": "p"}, False),
        ({"TT_USERNAME": "u", "TT_PASSWORD": "p"}, False),
    ],
)
def test_tastytrade_grant_prefers_oauth(environ: dict[str, str], is_oauth: bool) -> None:
    grant = tastytrade_grant(environ)

    assert grant is not None
    assert grant.is_oauth is is_oauth


@pytest.mark.parametrize("environ", [{}, {"TT_USERNAME": "u"}, {"TT_REFRESH_TOKEN": "b"}])
def test_tastytrade_grant_that_is_not_whole_is_none(environ: dict[str, str]) -> None:
    assert tastytrade_grant(environ) is None


def test_surroundings_take_the_environment_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("ALPACA_API_KEY='filed'\nALPACA_API_SECRET='filed'\n")
    (tmp_path / ".env").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPACA_API_KEY", "environ")
    monkeypatch.delenv("ALPACA_API_SECRET", raising=False)

    keys = alpaca_keys(surroundings())

    assert keys is not None
    assert (keys.key.reveal(), keys.secret.reveal()) == ("environ", "filed")


def test_settings_have_no_place_for_a_secret(tmp_path: Path) -> None:
    environ = {"ALPACA_API_KEY": WORD, "ALPACA_API_SECRET": WORD, "TT_REFRESH_TOKEN": WORD}

    (tmp_path / "config.yaml").write_text("")
    settings = load(tmp_path / "config.yaml", environ=environ)

    assert WORD not in repr(settings)
    words = {part for key, *_ in documented() for part in key.replace(".", "_").split("_")}
    assert words & {"secret", "password", "token", "key", "keys"} == set()


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"MASSIVE_API_KEY": "new", "POLYGON_API_KEY": "old"}, "new"),
        ({"MASSIVE_API_KEY": " ", "POLYGON_API_KEY": "old"}, "old"),
        ({}, None),
    ],
)
def test_key_of_polygon_is_that_of_its_new_name_first(environ, found) -> None:
    key = polygon_key(environ)

    assert (key.reveal() if key else None) == found


def test_key_of_newsapi_is_found() -> None:
    key = news_key({"NEWS_API_KEY": WORD})

    assert key is not None
    assert WORD not in repr(key)
