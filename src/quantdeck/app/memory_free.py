"""How much memory a process may still take: what the machine has, and what its container may."""

from __future__ import annotations

from pathlib import Path

# Of a control group: where its hierarchy is mounted, the most it may take, what it takes, and the name of
# what of that the kernel gives back by itself (Linux, Documentation/admin-guide/cgroup-v1 and -v2).
_SECOND = ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
_FIRST = (
    "sys/fs/cgroup/memory",
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    "total_inactive_file",
)


def free_memory(root: Path = Path("/")) -> int | None:
    """Return the memory that this process may still take without anything being swapped out. [B].

    The least of what the machine has and what each control group above this process leaves.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` are.

    Returns
    -------
    int or None
        None where the system does not say: nowhere but on Linux.

    Examples
    --------
    >>> free_memory(Path("/nowhere")) is None
    True
    """
    machine = _figure(_lines(root / "proc/meminfo"), "MemAvailable:")
    if machine is None:
        return None
    groups = [_left(folder, kind) for folder, kind in _groups(root)]
    return max(0, min([1024 * machine, *(left for left in groups if left is not None)]))


def _groups(root: Path) -> list[tuple[Path, tuple[str, str, str, str]]]:
    found: list[tuple[Path, tuple[str, str, str, str]]] = []
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        kind = {"": _SECOND, "memory": _FIRST}.get(controllers)
        if kind is not None:
            # In a container the path is often the host's; what is mounted is the container's own.
            parts = Path(path).parts[1:]
            top = root / kind[0]
            found += [(top.joinpath(*parts[:count]), kind) for count in range(len(parts) + 1)]
    return found


def _left(folder: Path, kind: tuple[str, str, str, str]) -> int | None:
    _, most, taken, given_back = kind
    limit, used = (_lines(folder / name) for name in (most, taken))
    if not limit or not used or not limit[0].isdigit():
        return None
    return int(limit[0]) - int(used[0]) + (_figure(_lines(folder / "memory.stat"), given_back) or 0)


def _figure(lines: list[str], name: str) -> int | None:
    return next((int(line.split()[1]) for line in lines if line.split()[0] == name), None)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
