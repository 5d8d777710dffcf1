"""A store's files and words, where they need no server."""

from __future__ import annotations

import errno
import os

import pytest

pytest.importorskip("deltalake", reason="deltalake is not installed; it is of the extra scale")

from quantdeck.model.errors import ConfigError, StoreError
from quantdeck.scale.objects import ObjectStore, StorePlace, refusal


@pytest.fixture
def store(tmp_path):
    return ObjectStore(StorePlace(f"file://{tmp_path}/store"))


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "file"
    made.write_bytes(b"content")
    return made


def test_file_put_twice_is_there_once_and_whole(store, file, tmp_path):
    store.put(file, "trade/tape=a/one.parquet")
    store.put(file, "trade/tape=a/one.parquet")

    with store.open("trade/tape=a/one.parquet") as content:
        assert content.read() == b"content"
    assert len(list((tmp_path / "store").rglob("*.*"))) == 1


def test_full_store_is_told_and_leaves_nothing(store, file, tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(StoreError, match="cannot be written: it is full"):
        store.put(file, "trade/tape=a/one.parquet")
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


def test_older_files_are_those_below_the_folders(store, file):
    for path in ("trade/tape=a/one", "trade/tape=b/two", "quote/tape=a/three"):
        store.put(file, path)

    found = store.older(["trade/tape=a", "mark/tape=a"], before_ns=2**62)

    assert found == ["trade/tape=a/one"]
    assert store.older(["trade/tape=a"], before_ns=0) == []


def test_absent_file_is_not_found_and_removed_without_error(store):
    store.remove(["trade/none"])

    with pytest.raises(FileNotFoundError):
        store.open("trade/none")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("AWS Error ACCESS_DENIED during PutObject", "denies access"),
        ("AWS Error NETWORK_CONNECTION: curlCode: 7", "does not answer"),
        ("AWS Error NO_SUCH_BUCKET during HeadBucket", "no such bucket"),
        ("HTTP status 507", "it is full"),
        ("something\n else", "something else"),
    ],
)
def test_refusal_is_in_words_and_without_keys(said, told):
    keys = {"AWS_ACCESS_KEY_ID": "the-key", "AWS_SECRET_ACCESS_KEY": "the-secret"}
    place = StorePlace("s3://bucket/tape", "http://host:1", keys=keys)

    message = str(refusal(place, "written", OSError(said)))

    assert message.startswith("the store s3://bucket/tape at http://host:1 cannot be written: ")
    assert told in message
    assert "the-" not in message


@pytest.mark.parametrize(
    ("url", "endpoint", "told"),
    [
        ("ftp://host/tape", "", "s3://bucket/prefix"),
        ("file://host/tape", "", "s3://bucket/prefix"),
        ("s3://bucket/tape", "host:9000", "https://host:port"),
        ("s3://k:s@bucket/tape", "", "take no keys"),
    ],
)
def test_address_of_another_form_is_refused(url, endpoint, told):
    with pytest.raises(ConfigError, match=told):
        StorePlace(url, endpoint)
