"""Chains into files and from files into the store, for the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.box_collect import collect_plan
from quantdeck.app.box_rates import ChainQuestion, snapshots_of
from quantdeck.jobs.boxes import keep_snapshot
from quantdeck.model.errors import BadInput
from quantdeck.tape.chains.files import write_chain
from quantdeck.tape.chains.store import ChainStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.settings import Settings


def run_export(settings: Settings, question: ChainQuestion, output: Path, *, as_json: bool) -> None:
    """Write a snapshot into a file; see `quantdeck.cli.boxes`.

    Raises
    ------
    BadInput
        If the question is wrong, or several tickers are kept.
    NoData
        If there is no chain.
    StoreError
        If the file cannot be written.
    """
    if not output.parent.is_dir():
        raise BadInput(f"the folder {output.parent} of --output is not there")
    snapshots = snapshots_of(settings, question)
    if len(snapshots) > 1:
        there = sorted({chain.root for each in snapshots for chain in each.chains})
        raise BadInput(f"several tickers are kept; name roots of one with --root: {there}")
    rows = write_chain(snapshots[0], output)
    if as_json:
        print(json.dumps({"file": str(output), "rows": rows}))  # noqa: T201
    else:
        print(f"{rows:,} contracts in {output}")  # noqa: T201


def run_import(
    settings: Settings, files: Sequence[Path], *, form: str | None, strict: bool, as_json: bool
) -> None:
    """Keep the chains of files; see `quantdeck.cli.boxes`.

    Raises
    ------
    BadInput
        If a file cannot be read; the files before it are kept.
    StoreError
        If the disk refuses.
    """
    store, plan = ChainStore(Path(settings.data_dir)), collect_plan(settings)
    for file in files:
        question = ChainQuestion(file, form, strict)
        for snapshot in snapshots_of(settings, question):
            stored, rates = keep_snapshot(store, plan, snapshot)
            if as_json:
                print(json.dumps(msgspec.to_builtins(stored)))  # noqa: T201
            else:
                print(  # noqa: T201
                    f"{file.name}: {stored.expiries} expiries, {stored.rows:,} contracts, "
                    f"{len(rates)} rates"
                )
