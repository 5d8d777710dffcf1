"""Retention: old events leave the tape by rule.

A file first leaves the manifest, so that no new snapshot has it, and is removed from the disk after
a grace period, so that a reader in the middle of an older snapshot still finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.tape.layout import NS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.model.events import Kind
    from quantdeck.ports.catalog import Catalog, SealedFile
    from quantdeck.tape.layout import Layout
    from quantdeck.tape.options import RetentionRule


def apply_retention(
    manifest: Catalog, rules: Mapping[Kind, RetentionRule], *, now_ns: int
) -> list[str]:
    """Take the files that the rules no longer keep out of the manifest.

    Parameters
    ----------
    manifest : Manifest
        The caller holds the tape's lock.
    rules : mapping of Kind to RetentionRule
        A kind without a rule is kept for ever.
    now_ns : int
        Now, UTC. [ns]

    Returns
    -------
    list of str
        Their paths.
    """
    manifest.catch_up()
    files = manifest.snapshot().files
    leaving = [
        path
        for kind, rule in rules.items()
        for path in expired([f for f in files if f.kind == kind.value], rule, now_ns=now_ns)
    ]
    if leaving:
        manifest.commit(retire=leaving, now_ns=now_ns)
    return leaving


def expired(files: Sequence[SealedFile], rule: RetentionRule, *, now_ns: int) -> list[str]:
    """Return the files of one kind that a rule does not keep, oldest first.

    Parameters
    ----------
    files : sequence of SealedFile
        All files of the kind.
    rule : RetentionRule
        What is kept.
    now_ns : int
        Now, UTC. [ns]

    Returns
    -------
    list of str
        Paths.
    """
    oldest_first = sorted(files, key=lambda f: (f.ts_max, f.path))
    surplus = 0
    if rule.max_bytes is not None:
        surplus = sum(f.bytes for f in files) - rule.max_bytes
    oldest_ns = None
    if rule.max_age_days is not None:
        oldest_ns = now_ns - rule.max_age_days * NS_PER_DAY
    leaving: list[str] = []
    for file in oldest_first:
        if surplus > 0 or (oldest_ns is not None and file.ts_max < oldest_ns):
            leaving.append(file.path)
            surplus -= file.bytes
    return leaving


def remove_retired(layout: Layout, manifest: Catalog, *, before_ns: int) -> int:
    """Remove the files that left the manifest before a moment.

    Parameters
    ----------
    layout : Layout
        The tape.
    manifest : Manifest
        The caller holds the tape's lock.
    before_ns : int
        Files retired later stay. [ns]

    Returns
    -------
    int
        Files removed.

    Raises
    ------
    OSError
        If the disk refuses.
    StoreError
        If the store that machines share does not answer or refuses.
    """
    paths = manifest.retired(before_ns=before_ns)
    layout.remove(paths)
    if paths:
        manifest.forget(retired=paths)
    return len(paths)
