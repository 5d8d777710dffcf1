from __future__ import annotations

import json

import pytest

from quantdeck.app.keys import run_keys
from quantdeck.model.errors import BadInput


@pytest.fixture(autouse=True)
def alpaca_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("TT_REFRESH_TOKEN", "TT_USERNAME", "MASSIVE_API_KEY", "POLYGON_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("NEWS_API_KEY", raising=False)
    monkeypatch.setenv("ALPACA_API_KEY", "public-part")
    monkeypatch.setenv("ALPACA_API_SECRET", "hidden-part")


def test_keys_of_all_vendors_says_which_are_here_and_shows_none(capsys):
    code = run_keys("", as_json=False)

    said = capsys.readouterr().out
    assert code == 0
    assert "alpaca      key found" in said
    assert "tastytrade  no key; make an OAuth" in said
    assert "part" not in said.replace("apart", "")


def test_keys_of_a_vendor_without_one_fails(capsys):
    code = run_keys("tastytrade", as_json=False)

    assert code == 3
    assert "TT_REFRESH_TOKEN" in capsys.readouterr().err


def test_keys_as_json_is_an_object_of_vendors(capsys):
    run_keys("", as_json=True)

    assert json.loads(capsys.readouterr().out) == {
        "alpaca": True,
        "tastytrade": False,
        "polygon": False,
        "newsapi": False,
    }


def test_keys_of_nobody_known_are_refused():
    with pytest.raises(BadInput, match="there are alpaca"):
        run_keys("nobody", as_json=False)


def test_keys_of_which_half_is_here_say_what_is_missing(capsys, monkeypatch):
    monkeypatch.delenv("ALPACA_API_SECRET")

    code = run_keys("alpaca", as_json=False)

    said = capsys.readouterr().err
    assert code == 3
    assert "half a key; ALPACA_API_KEY is here, set ALPACA_API_SECRET as well" in said
