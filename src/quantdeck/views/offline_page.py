"""An HTML page that works from a file and without a network: it holds its figures, style and script."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.views.payloads import Row
    from quantdeck.views.tear_sheet import SheetChart


@dataclass(frozen=True, slots=True)
class SheetParts:
    """What an offline page carries beside its figures.

    Parameters
    ----------
    script, style : str
        As built with the page: ``web/report.js`` and ``web/report.css``.
    version : str
        Of quantdeck.
    made_ns : int
        The time, UTC. [ns]
    """

    script: str
    style: str
    version: str
    made_ns: int


def sheet_policy(parts: SheetParts) -> str:
    """Return the Content-Security-Policy of an offline page: its own script and style, nothing else.

    Parameters
    ----------
    parts : SheetParts
        Whose script and style are allowed, by their hashes.

    Examples
    --------
    >>> sheet_policy(SheetParts("", "", "1", 0))[:40]
    "default-src 'none'; script-src 'sha256-4"
    """
    return (
        f"default-src 'none'; script-src '{_hash(parts.script)}'; style-src '{_hash(parts.style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def offline_page(
    title: str, body: Iterable[str], charts: Sequence[SheetChart], parts: SheetParts
) -> str:
    """Return a page of charts and tables.

    Parameters
    ----------
    title : str
        Plain text.
    body : iterable of str
        HTML, in which every text of others is escaped; a chart stands where a figure names its id.
    charts : sequence of SheetChart
        What the script draws.
    parts : SheetParts
        Script, style, version and time.
    """
    data = msgspec.json.encode({"charts": charts}).decode()
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{sheet_policy(parts)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(title)}</title>",
            f"<style>{parts.style}</style></head><body><main>",
            *body,
            # What closes a script element must not stand in it.
            f'<script type="application/json" id="sheet">{data.replace("<", chr(92) + "u003c")}</script>',
            f"<script>{parts.script}</script>",
            "</main></body></html>",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def head(title: str, lines: Iterable[str], *, is_simulated: bool) -> str:
    """Return the head of a page; simulated data are stamped as such.

    Parameters
    ----------
    title : str
        Plain text.
    lines : iterable of str
        What the figures are of, in plain text; a paragraph each.
    is_simulated : bool
        Whether any of them are of simulated prices.
    """
    said = "".join(f"<p>{escape(each)}</p>" for each in lines)
    stamp = '<p class="stamp">SIMULATED DATA: no market</p>' if is_simulated else ""
    return f"<header><h1>{escape(title)}</h1>{said}{stamp}</header>"


def section(title: str, body: str, note: str = "") -> str:
    """Return a heading with what belongs to it.

    Parameters
    ----------
    title : str
        Plain text.
    body : str
        HTML.
    note : str
        How it is computed, in plain text; nothing is said where empty.
    """
    said = f"<details><summary>How computed</summary>{escape(note)}</details>" if note else ""
    return f"<section><h2>{escape(title)}</h2>{body}{said}</section>"


def figure(chart: SheetChart) -> str:
    """Return the place of a chart.

    Parameters
    ----------
    chart : SheetChart
        Which the script draws there.
    """
    title = escape(chart.title, quote=True)
    return f'<figure data-chart="{escape(chart.id, quote=True)}" data-title="{title}"></figure>'


def table(rows: Iterable[Row], columns: Mapping[str, str], figures: set[str]) -> str:
    """Return a table.

    Parameters
    ----------
    rows : iterable of mapping
        Plain text and figures as they are shown, by column.
    columns : mapping of str to str
        Headings, in order.
    figures : set of str
        Columns that stand to the right.

    Examples
    --------
    >>> table([{"a": "<1"}], {"a": "A"}, set())[-41:]
    '<td>&lt;1</td></tr></tbody></table></div>'
    """
    shade = {name: ' class="figure"' if name in figures else "" for name in columns}
    heads = "".join(f"<th{shade[name]}>{escape(title)}</th>" for name, title in columns.items())
    body = "".join(
        "<tr>"
        + "".join(f"<td{shade[name]}>{escape(str(row[name]))}</td>" for name in columns)
        + "</tr>"
        for row in rows
    )
    found = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{found}</div>'
