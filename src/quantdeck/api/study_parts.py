"""Studies that consist of several tables: one of them by name, or all that are small together."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar, cast

from quantdeck.api.replies import (
    TableReply,
    body_reply,
    encoded_body,
    file_name,
    file_reply,
    json_reply,
)
from quantdeck.model.errors import BadInput
from quantdeck.views.encode import to_json
from quantdeck.views.tables import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from typing import Any

    import pyarrow as pa
    from starlette.requests import Request
    from starlette.responses import Response

    from quantdeck.api.replies import EncodedBody
    from quantdeck.api.study_bodies import Rows

S = TypeVar("S")

MOST_JSON_ROWS = 20_000


class KeptBodies:
    """JSON of studies that many ask for: encoded once, as long as the study stands.

    Parameters
    ----------
    most : int
        Bodies kept at most, the newest.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._bodies: OrderedDict[tuple[int, Hashable], tuple[object, EncodedBody]] = OrderedDict()

    async def reply(
        self, request: Request, study: object, key: Hashable, make: Callable[[], Any]
    ) -> Response:
        """Return the answer that was made of the same study, or make it in a thread.

        Parameters
        ----------
        request : Request
            Says what the client has already and what it can unpack.
        study : object
            The study, never changed.
        key : hashable
            What else the answer depends on.
        make : callable
            Makes the body.

        Returns
        -------
        Response
            304 without a body where the client has the same already.
        """
        place = id(study), key
        known = self._bodies.get(place)
        # An identity is given again when its study is gone, which being kept here it is not.
        if known is None:
            body = await asyncio.to_thread(lambda: encoded_body(to_json(make())))
            known = self._bodies[place] = study, body
            while len(self._bodies) > self._most:
                self._bodies.popitem(last=False)
        return body_reply(request, known[1])


async def part_reply(
    request: Request,
    study: S,
    parts: Mapping[str, Callable[[S], pa.Table]],
    part: str,
    form: str,
    *,
    name: tuple[str, ...],
) -> Response:
    """Return one table of a study.

    Parameters
    ----------
    request : Request
        Says what the client has already.
    study : object
        The study.
    parts : mapping
        Its tables by name.
    part : str
        Which.
    form : str
        How it is sent.
    name : tuple of str
        Of a file: mode, then what it is of.

    Returns
    -------
    Response
        A `TableReply`, or a file.

    Raises
    ------
    BadInput
        If it is too long for JSON.
    """
    table = await asyncio.to_thread(parts[part], study)
    if form != "json":
        return await file_reply(request, table, form, name=file_name(*name, part))
    if table.num_rows > MOST_JSON_ROWS:
        raise BadInput(
            f"{part} has {table.num_rows} rows, too many as JSON, which takes {MOST_JSON_ROWS}; ask "
            "for format=csv, parquet or arrow"
        )
    return await json_reply(request, TableReply(await asyncio.to_thread(rows_of, table)))


def part_rows(table: pa.Table, most: int | None = None) -> Rows:
    """Return the rows of a table as JSON takes them.

    Parameters
    ----------
    table : pa.Table
        Any.
    most : int, optional
        The first ones only.

    Returns
    -------
    list of dict
        Column name to figure or text.
    """
    return cast("Rows", rows_of(table if most is None else table.slice(0, most)))
