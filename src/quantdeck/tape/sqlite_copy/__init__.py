"""A copy of what was collected as one SQLite file, for tools that read nothing else.

The stores of the data folder are the truth; the copy follows them and can be made anew at any time.
"""

from __future__ import annotations

from quantdeck.tape.sqlite_copy.copy import CopyReport, SqliteCopy

__all__ = ["CopyReport", "SqliteCopy"]
