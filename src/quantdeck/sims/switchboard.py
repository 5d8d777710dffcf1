"""``/sim/faults``: faults switched at run time over HTTP, for bots in other processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from quantdeck.model.errors import BadInput
from quantdeck.sims.fault_table import FAULTS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

    from quantdeck.sims.fault_table import FaultSpec
    from quantdeck.sims.faultboard import FaultBoard


_NO_FAULT = 'name a fault: {"fault": "mute"} or {"faults": ["mute", "slow=500"]}'


class Switchboard:
    """Answers ``/sim/faults`` and ``/sim/counters``.

    ``GET /sim/faults`` lists what is on and what there is; ``POST`` with ``{"fault": "mute"}`` or
    ``{"faults": [...]}`` switches on; ``DELETE /sim/faults[/name]`` switches off.

    Parameters
    ----------
    faults : FaultBoard
        Faults switched on.
    inject, clear : callable
        Switch one on, and those of a name (or all) off.
    counts : Counter
        Counters of the server.
    table : mapping of str to FaultSpec
        The faults that the simulator knows.
    """

    def __init__(
        self,
        faults: FaultBoard,
        *,
        inject: Callable[[str], None],
        clear: Callable[[str | None], None],
        counts: Counter[str],
        table: Mapping[str, FaultSpec] = FAULTS,
    ) -> None:
        self._faults, self._inject, self._off, self._counts = faults, inject, clear, counts
        self._table = table

    def add_routes(self, application: web.Application) -> None:
        """Register the paths."""
        application.router.add_get("/sim/faults", self._list)
        application.router.add_post("/sim/faults", self._put)
        application.router.add_delete("/sim/faults", self._clear)
        application.router.add_delete("/sim/faults/{name}", self._clear)
        application.router.add_get("/sim/counters", self._counters)

    async def _list(self, _request: web.Request) -> web.Response:
        known = [
            {
                "name": str(spec.name),
                "value": spec.value.value,
                "default": spec.default,
                "takes_streams": spec.takes_streams,
                "effect": spec.effect,
            }
            for spec in self._table.values()
        ]
        return _json({"on": [str(fault) for fault in self._faults.all()], "known": known})

    async def _put(self, request: web.Request) -> web.Response:
        try:
            body = msgspec.json.decode(await request.read(), type=dict[str, str | list[str]])
            wanted = body.get("faults", body.get("fault"))
            if wanted is None:
                return _json({"error": _NO_FAULT}, status=422)
            for text in [wanted] if isinstance(wanted, str) else wanted:
                self._inject(text)
        except (BadInput, msgspec.MsgspecError) as error:
            return _json({"error": str(error)}, status=422)
        return _json({"on": [str(fault) for fault in self._faults.all()]})

    async def _clear(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name")
        if name is not None and name not in self._table:
            return _json({"error": f"there is no fault {name!r}"}, status=422)
        self._off(name)
        return _json({"on": [str(fault) for fault in self._faults.all()]})

    async def _counters(self, _request: web.Request) -> web.Response:
        return _json(dict(self._counts))


def _json(value: object, *, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(value), status=status, content_type="application/json"
    )
