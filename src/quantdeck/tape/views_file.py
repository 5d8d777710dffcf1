"""A DuckDB file of views over the sealed files, for people with other tools.

Written on request; it holds no events, and names the files there are at that moment. Events that are
not sealed yet are not in it: `quantdeck.tape.query` has those too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from quantdeck.model.errors import StoreError
from quantdeck.tape import disk
from quantdeck.tape.layout import TEMPORARY_SUFFIX
from quantdeck.tape.query import VIEWS, events_query

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.tape.snapshot import TapeSnapshot


def write_views_file(snapshot: TapeSnapshot) -> Path:
    """Write ``duckdb/market.duckdb`` below the tape's folder, whole or not at all.

    Parameters
    ----------
    snapshot : TapeSnapshot
        The tape.

    Returns
    -------
    Path
        The file; one view for each kind of which there are sealed files.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    layout = snapshot.layout
    final = layout.views_file
    temporary = final.with_name(final.name + TEMPORARY_SUFFIX)
    try:
        disk.make_folder(final.parent, layout.root)
        temporary.unlink(missing_ok=True)
        with duckdb.connect(str(temporary)) as connection:
            for name, kind in VIEWS.items():
                files = snapshot.files_of(kind, None)
                paths = [layout.address(f.path) for f in files]
                if paths:
                    connection.execute(f"CREATE VIEW {name} AS {events_query(kind, paths, None)}")
        disk.put_in_place({temporary: final})
    except (OSError, duckdb.Error) as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(f"cannot write {final}: {error}; check the folder and its room") from error
    return final
