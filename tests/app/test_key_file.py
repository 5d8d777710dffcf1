from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.app.key_file import (
    IN_KEYRING,
    file_keys,
    forget,
    has_keyring,
    is_exposed,
    keep_in_file,
    keep_in_keyring,
    kept_keys,
    refuse_exposed,
)
from quantdeck.model.errors import BadInput, ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=1, max_size=40)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


@pytest.fixture
def memory_keyring() -> Iterator[dict[tuple[str, str], str]]:
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")
    kept: dict[tuple[str, str], str] = {}

    class Memory(keyring.backend.KeyringBackend):
        priority = 5

        def get_password(self, service: str, username: str) -> str | None:
            return kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            if kept.pop((service, username), None) is None:
                raise keyring.errors.PasswordDeleteError(username)

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    yield kept
    keyring.set_keyring(before)


def test_key_file_is_for_its_owner_alone(file: Path) -> None:
    file.write_text("OTHER=1\n")
    file.chmod(0o644)
    assert is_exposed(file)

    keep_in_file({"ALPACA_API_KEY": "k"}, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not is_exposed(file)


def test_key_file_keeps_its_other_lines(file: Path) -> None:
    file.write_text("# mine\nOTHER='a b'\nexport NEWS_API_KEY=old\n\nLAST=1\n")

    keep_in_file({"NEWS_API_KEY": "new"}, file)

    assert file.read_text() == "# mine\nOTHER='a b'\n\nLAST=1\nNEWS_API_KEY='new'\n"


@given(text=PRINTABLE.filter(lambda text: text.strip() != "" and text.isprintable()))
def test_key_file_gives_back_what_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("keys") / ".env"

    keep_in_file({"NEWS_API_KEY": text, "TT_PASSWORD": "other"}, file)

    assert file_keys(file) == {"NEWS_API_KEY": text, "TT_PASSWORD": "other"}


@pytest.mark.parametrize("text", ["", "  ", "hunter2\nX=1", "hunter2\x00", "hunter2" * 1000])
def test_unfit_key_is_refused_and_not_told(file: Path, text: str) -> None:
    with pytest.raises(BadInput, match="NEWS_API_KEY") as told:
        keep_in_file({"NEWS_API_KEY": text}, file)

    assert "hunter2" not in str(told.value)
    assert not file.exists()


def test_forgotten_key_leaves_the_file(file: Path) -> None:
    keep_in_file({"NEWS_API_KEY": "a", "TT_PASSWORD": "b"}, file)

    forget(["NEWS_API_KEY"], file)

    assert file_keys(file) == {"TT_PASSWORD": "b"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_key_file_in_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(StoreError, match="in the environment"):
        keep_in_file({"NEWS_API_KEY": "a"}, tmp_path / ".env")

    tmp_path.chmod(0o700)


def test_keyring_takes_the_text_and_the_file_its_name(
    file: Path, memory_keyring: dict[tuple[str, str], str]
) -> None:
    keep_in_keyring({"NEWS_API_KEY": "hunter2"}, file)

    assert has_keyring()
    assert file.read_text() == f"{IN_KEYRING}=NEWS_API_KEY\n"
    assert kept_keys(file)["NEWS_API_KEY"] == "hunter2"
    assert memory_keyring == {("quantdeck", "NEWS_API_KEY"): "hunter2"}


def test_key_moved_from_the_keyring_to_the_file_leaves_the_keyring(
    file: Path, memory_keyring: dict[tuple[str, str], str]
) -> None:
    keep_in_keyring({"NEWS_API_KEY": "a", "TT_PASSWORD": "b"}, file)

    keep_in_file({"NEWS_API_KEY": "c"}, file)
    forget(["TT_PASSWORD"], file)

    assert kept_keys(file) == {"NEWS_API_KEY": "c"}
    assert memory_keyring == {}


def test_file_with_a_key_that_others_can_read_is_refused_with_the_way_out(file: Path) -> None:
    file.write_text("QUANTDECK_PORT=1\nNEWS_API_KEY=very-secret-text\n")
    file.chmod(0o640)

    with pytest.raises(ConfigError, match="chmod 600") as caught:
        refuse_exposed(file)

    assert "NEWS_API_KEY" in str(caught.value)
    assert "very-secret-text" not in str(caught.value)


@pytest.mark.parametrize(("text", "mode"), [("NEWS_API_KEY=a", 0o600), ("WEBAPP_PORT=1", 0o644)])
def test_file_is_taken_where_no_key_is_open_to_others(file: Path, text: str, mode: int) -> None:
    file.write_text(text)
    file.chmod(mode)

    refuse_exposed(file)

    assert file_keys(file) != {}
