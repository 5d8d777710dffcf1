from __future__ import annotations

from contextlib import closing

import pytest
from typer.testing import CliRunner

from quantdeck.cli.main import app
from quantdeck.model.users import Role, User
from quantdeck.records.open import open_records
from quantdeck.records.users import open_users


@pytest.fixture
def ask(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QUANTDECK_STATE__URL", raising=False)

    def invoke(*arguments):
        return CliRunner().invoke(app, ["state", "copy", *arguments])

    return invoke


def _keep(folder):
    with closing(open_users(folder)) as users, closing(open_records(folder)) as records:
        users.users.add_first(User("u1", "Ann", Role.ADMIN, "hash", 1))
        records.watchlist.watch("US:SPY", added_ns=1)


def test_state_goes_to_the_server_and_comes_back(ask, server, tmp_path):
    _keep(tmp_path / "here")

    there = ask("--to", "server", "--data-dir", str(tmp_path / "here"))
    back = ask("--to", "files", "--data-dir", str(tmp_path / "back"))

    assert (there.exit_code, back.exit_code) == (0, 0), there.output + back.output
    assert "accounts: 1 rows, the same on both sides" in there.output
    with closing(open_users(tmp_path / "back")) as users:
        assert [user.name for user in users.users.users()] == ["Ann"]
    with closing(open_records(tmp_path / "back")) as records:
        assert records.watchlist.watched() == ["US:SPY"]


def test_server_that_has_other_state_keeps_it(ask, server, tmp_path):
    _keep(tmp_path / "here")
    ask("--to", "server", "--data-dir", str(tmp_path / "here"))
    with closing(open_records(tmp_path / "here")) as records:
        records.watchlist.watch("US:QQQ", added_ns=2)

    again = ask("--to", "server", "--data-dir", str(tmp_path / "here"))

    assert again.exit_code == 3
    assert "watchlist (1 rows)" in " ".join(again.output.split())


def test_copy_without_a_server_says_which_setting_names_it(ask, tmp_path):
    said = ask("--to", "server", "--data-dir", str(tmp_path))

    assert said.exit_code == 2
    assert "state.url is empty" in said.output


def test_copy_of_a_folder_without_records_says_so(ask, server, tmp_path):
    said = ask("--to", "server", "--data-dir", str(tmp_path))

    assert said.exit_code == 4
    assert "no records lie in" in said.output
