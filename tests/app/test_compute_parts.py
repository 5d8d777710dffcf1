"""Who works, as the settings say."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import msgspec
import pytest

from quantdeck.app.compute_parts import apart, computing, open_compute
from quantdeck.app.compute_settings import ComputeSettings
from quantdeck.app.settings import Settings
from quantdeck.model.errors import ConfigError
from quantdeck.scale.compute.inline import InlineExecutor

if TYPE_CHECKING:
    from quantdeck.ports.compute import Executor


def opened(url: str) -> Executor:
    return open_compute(Settings(compute=ComputeSettings(url=url)))


@pytest.mark.parametrize("url", ["", "inline"])
def test_this_process_works_unless_told_otherwise(url: str) -> None:
    executor = opened(url)

    assert isinstance(executor, InlineExecutor)
    assert apart(executor) is None


def test_processes_are_counted_and_none_is_begun_before_there_is_work() -> None:
    with computing(Settings(compute=ComputeSettings(url="process:3"))) as executor:
        assert executor.place == "3 processes of this machine"
        assert apart(executor) is not None
    assert "processes of this machine" in opened("process").place


@pytest.mark.parametrize("url", ["ray:head.example:6379", "ray:auto"])
def test_cluster_is_not_asked_before_there_is_work(url: str) -> None:
    pytest.importorskip("ray", reason="Ray (extra scale) is not installed")

    assert opened(url).place == f"the Ray cluster at {url[4:]}"


@pytest.mark.parametrize(
    ("absent", "url", "said"),
    [
        ("ray", "ray:auto", r"install quantdeck\[scale\]"),
        ("grpc", "ray://head.example:10001", r"install ray\[client\]"),
    ],
)
def test_cluster_without_its_library_is_refused(
    monkeypatch: pytest.MonkeyPatch, absent: str, url: str, said: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == absent else name)

    with pytest.raises(ConfigError, match=said):
        opened(url)


@pytest.mark.parametrize("url", ["process:0", "ray", "ray:head", "ray://head", "dask://x:1", "4"])
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"url": url}, ComputeSettings)
