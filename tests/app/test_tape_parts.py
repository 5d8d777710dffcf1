"""Where the settings have sealed files go."""

from __future__ import annotations

import pytest

from quantdeck.app.machine_settings import TapeSettings
from quantdeck.app.places import DEMO_FOLDER, MIRROR_NAME
from quantdeck.app.settings import Settings
from quantdeck.app.store_settings import StoreSettings
from quantdeck.app.tape_parts import shared_place, tape_options

pytest.importorskip("deltalake", reason="deltalake is not installed; it is of the extra scale")


def _settings(**store) -> Settings:
    return Settings(tape=TapeSettings(store=StoreSettings(**store)))


def test_no_store_is_no_shared_place(tmp_path):
    assert shared_place(Settings(), tmp_path, demo=False) is None


def test_demo_has_a_place_of_its_own_in_the_store(tmp_path):
    settings = _settings(url=f"file://{tmp_path}/store/")

    live = shared_place(settings, tmp_path, demo=False)
    demo = shared_place(settings, tmp_path, demo=True)

    assert live.store.url == f"file://{tmp_path}/store"
    assert demo.store.url == f"file://{tmp_path}/store/{DEMO_FOLDER}"


def test_mirror_is_not_put_into_the_store(tmp_path):
    (tmp_path / MIRROR_NAME).parent.mkdir()
    (tmp_path / MIRROR_NAME).touch()

    assert shared_place(_settings(url=f"file://{tmp_path}/store"), tmp_path, demo=False) is None


def test_files_that_left_stay_longer_where_other_machines_read():
    shared = tape_options(_settings(url="file:///store", grace_hours=2))

    assert shared.grace_seconds == 7200
    assert tape_options(Settings()).grace_seconds == 120


def test_keys_are_in_no_representation(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret")

    place = shared_place(_settings(url="s3://bucket/tape"), tmp_path, demo=False)

    told = f"{place!r} {place.store!r} {place.store._place!r} {place.log!r} {place.store.url}"
    assert "the-key" not in told
    assert "the-secret" not in told
