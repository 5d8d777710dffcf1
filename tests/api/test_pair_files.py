"""The rows of a pair's study as files."""

from __future__ import annotations


def test_pair_study_as_a_file_has_a_row_for_every_time(ask, names):
    reply = ask("GET", f"/api/v1/pairs?y={names.eth}&x={names.btc}&format=csv")

    header, *rows = reply.text.splitlines()
    assert header.split(",")[:4] == ['"time"', '"ts"', '"spread"', '"zscore"']
    assert len(rows) == 200
    assert "pair-" in reply.headers["Content-Disposition"]


def test_pair_study_as_parquet_is_a_file(ask, names):
    reply = ask("GET", f"/api/v1/pairs?y={names.eth}&x={names.btc}&format=parquet")

    assert reply.content.startswith(b"PAR1")
