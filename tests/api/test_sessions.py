from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

import pytest

from quantdeck.api.sessions import (
    ABSOLUTE_NS,
    IDLE_NS,
    MAX_SESSIONS,
    Sessions,
    kept_links,
)


def _token(sessions):
    return sessions.link.partition("token=")[2]


def _log_in(sessions):
    return sessions.redeem(_token(sessions))


def test_token_works_once_and_is_followed_by_another(sessions):
    token = _token(sessions)

    first, second = sessions.redeem(token), sessions.redeem(token)

    assert sessions.is_valid(first)
    assert second is None
    assert _token(sessions) != token


@pytest.mark.parametrize("wrong", ["", "x", "é"])
def test_wrong_token_gives_no_session(sessions, wrong):
    assert sessions.redeem(wrong) is None


def test_session_idle_too_long_is_over(deck, sessions):
    session_id = _log_in(sessions)
    deck.clock.ns += IDLE_NS + 1

    assert not sessions.is_valid(session_id)


def test_session_in_use_lasts_until_its_absolute_end(deck, sessions):
    session_id = _log_in(sessions)
    steps = ABSOLUTE_NS // (IDLE_NS // 2)

    for _ in range(steps):
        deck.clock.ns += IDLE_NS // 2
        assert sessions.is_valid(session_id)
    deck.clock.ns += IDLE_NS // 2

    assert not sessions.is_valid(session_id)


def test_revoked_session_is_over(sessions):
    session_id = _log_in(sessions)

    sessions.revoke(session_id)

    assert not sessions.is_valid(session_id)


def test_too_many_sessions_end_the_one_idle_longest(deck, sessions):
    made = []
    for _ in range(MAX_SESSIONS + 1):
        made.append(_log_in(sessions))
        deck.clock.ns += 1

    assert [sessions.is_valid(m) for m in made] == [False] + [True] * MAX_SESSIONS


def test_sessions_survive_a_restart_as_hashes_only(deck, tmp_path):
    before = Sessions(deck.clock, port=1, folder=tmp_path)
    session_id = _log_in(before)
    before.close()

    after = Sessions(deck.clock, port=1, folder=tmp_path)

    assert after.is_valid(session_id)
    assert session_id not in (tmp_path / "sessions-1.json").read_text()


def test_files_are_private_and_the_link_goes_with_the_server(deck, tmp_path):
    sessions = Sessions(deck.clock, port=1, folder=tmp_path)
    _log_in(sessions)
    link, kept = tmp_path / "link-1.txt", tmp_path / "sessions-1.json"

    assert link.read_text().strip() == sessions.link
    assert [stat.S_IMODE(f.stat().st_mode) for f in (link, kept)] == [0o600, 0o600]

    sessions.close()

    assert not link.exists()


def test_kept_links_are_those_that_work_now(deck, tmp_path):
    one, two = (Sessions(deck.clock, port=port, folder=tmp_path) for port in (1, 2))
    _log_in(one)

    links = kept_links(tmp_path)

    assert sorted(links) == sorted([one.link, two.link])
    assert kept_links(tmp_path / "nowhere") == []


def test_unreadable_file_of_sessions_is_passed_over(deck, tmp_path):
    (tmp_path / "sessions-1.json").write_text("{")

    sessions = Sessions(deck.clock, port=1, folder=tmp_path)

    assert sessions.is_valid(_log_in(sessions))


def test_folder_that_cannot_be_written_keeps_sessions_in_memory(deck, tmp_path):
    (tmp_path / "file").write_text("")

    sessions = Sessions(deck.clock, port=1, folder=tmp_path / "file")

    assert sessions.is_valid(_log_in(sessions))


def test_log_in_sets_a_strict_cookie(stranger, sessions, names):
    reply = stranger(
        "POST",
        "/api/v1/session",
        json={"token": _token(sessions)},
        headers={"Origin": names.origin},
    )

    cookie = reply.headers["set-cookie"]
    assert reply.json() == {"logged_in": True}
    assert re.match(r"qd_session_8050=[\w-]{43};", cookie)
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))


def test_log_in_with_wrong_token_is_401(stranger, names):
    reply = stranger(
        "POST", "/api/v1/session", json={"token": "x"}, headers={"Origin": names.origin}
    )

    assert reply.status_code == 401
    assert "set-cookie" not in reply.headers


def test_log_out_ends_the_session(ask):
    ask("DELETE", "/api/v1/session")

    assert ask("GET", "/api/v1/pages").status_code == 401


def test_session_is_asked_for_without_one(stranger, ask):
    assert stranger("GET", "/api/v1/session").json() == {"logged_in": False}
    assert ask("GET", "/api/v1/session").json() == {"logged_in": True}


def _full_disk(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_link_on_a_full_disk_is_the_one_that_works(deck, tmp_path, monkeypatch):
    sessions = Sessions(deck.clock, port=1, folder=tmp_path)
    monkeypatch.setattr(os, "open", _full_disk)

    _log_in(sessions)

    assert kept_links(tmp_path) == [sessions.link]


def test_link_that_cannot_be_kept_is_none_until_there_is_room(deck, tmp_path, monkeypatch):
    sessions = Sessions(deck.clock, port=1, folder=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", _full_disk)
        patch.setattr(Path, "open", _full_disk)
        _log_in(sessions)
    without = kept_links(tmp_path)

    deck.clock.ns += 6_000_000_000
    sessions.is_valid(None)

    assert without == []
    assert kept_links(tmp_path) == [sessions.link]


def test_token_that_was_used_is_told_from_one_that_never_was(sessions):
    token = _token(sessions)
    sessions.redeem(token)

    assert [sessions.was_used(t) for t in (token, _token(sessions), "x")] == [True, False, False]
