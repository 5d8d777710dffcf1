"""How much memory may still be taken, as Linux tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.app.memory_free import free_memory

if TYPE_CHECKING:
    from pathlib import Path

_MACHINE = "MemTotal:       16000 kB\nMemFree:         2000 kB\nMemAvailable:    8000 kB\n"
_SECOND = "memory.max", "memory.current", "inactive_file"
_FIRST = "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"


def system(folder: Path, *groups: str) -> Path:
    (folder / "proc/self").mkdir(parents=True)
    (folder / "proc/meminfo").write_text(_MACHINE)
    (folder / "proc/self/cgroup").write_text("".join(f"{each}\n" for each in groups))
    return folder


def group(folder: Path, names: tuple[str, str, str], *, most: str, taken: int, back: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{most}\n")
    (folder / names[1]).write_text(f"{taken}\n")
    (folder / "memory.stat").write_text(f"anon 1\n{names[2]} {back}\n")


def test_machine_without_limits_has_what_is_available(tmp_path: Path) -> None:
    root = system(tmp_path, "0::/user")
    group(root / "sys/fs/cgroup/user", _SECOND, most="max", taken=5, back=0)

    assert free_memory(root) == 8000 * 1024


@pytest.mark.parametrize(
    ("line", "mount", "names"),
    [("0::/a/b", "sys/fs/cgroup", _SECOND), ("4:memory:/a/b", "sys/fs/cgroup/memory", _FIRST)],
)
def test_group_above_the_process_that_allows_least_counts(
    tmp_path: Path, line: str, mount: str, names: tuple[str, str, str]
) -> None:
    root = system(tmp_path, "9:name=systemd:/", line)
    group(root / mount / "a", names, most="1000", taken=900, back=300)
    group(root / mount / "a/b", names, most="5000", taken=900, back=0)

    assert free_memory(root) == 400


def test_container_whose_path_is_the_hosts_has_the_limit_that_is_mounted(tmp_path: Path) -> None:
    root = system(tmp_path, "4:memory:/docker/1f2e")
    group(root / "sys/fs/cgroup/memory", _FIRST, most="2000", taken=2100, back=0)

    assert free_memory(root) == 0


def test_system_that_does_not_say_is_not_known(tmp_path: Path) -> None:
    assert free_memory(tmp_path) is None
