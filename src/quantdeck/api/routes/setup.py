"""Setting up: keys of vendors, what they may do, settings, and starting again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.replies import json_reply
from quantdeck.model.errors import Conflict
from quantdeck.ports.setup import KeyCheck, SettingRow, SetupState

if TYPE_CHECKING:
    from quantdeck.ports.setup import Setup

_ALSO = (409, 413, 415, 503)
_Vendor = Annotated[str, Path(max_length=40, pattern=r"^[a-z]+$", description="Of the list.")]
_Name = Annotated[str, Field(max_length=80)]
_Text = Annotated[str, Field(max_length=4096)]


class KeysRequest(BaseModel):
    """Keys of a vendor, by the names of their environment variables."""

    model_config = ConfigDict(extra="forbid")

    values: dict[_Name, _Text] = Field(default_factory=dict, max_length=8)
    place: Literal["file", "keyring"] = "file"


class SettingsRequest(BaseModel):
    """Settings as a person types them, by their dotted keys."""

    model_config = ConfigDict(extra="forbid")

    values: dict[_Name, _Text] = Field(min_length=1, max_length=50)


class RestartRequest(BaseModel):
    """What the deck is started on."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["demo", "live"]


class SetupReply(msgspec.Struct, frozen=True):
    """How the deck is set up.

    Parameters
    ----------
    setup : SetupState
        Vendors, places, and what is left to do.
    message : str
        What was changed, in a sentence; empty where nothing was.
    """

    setup: SetupState
    message: str = ""


class SettingsReply(msgspec.Struct, frozen=True):
    """Settings.

    Parameters
    ----------
    settings : list of SettingRow
        All of them.
    changed : list of str
        Keys that were changed.
    message : str
        That in a sentence; empty where nothing was.
    """

    settings: list[SettingRow]
    changed: list[str] = []
    message: str = ""


class KeyChecksReply(msgspec.Struct, frozen=True):
    """What a vendor did when it was asked for a little of everything.

    Parameters
    ----------
    vendor : str
        Who was asked.
    checks : list of KeyCheck
        In the order in which they were asked.
    message : str
        That in a sentence.
    """

    vendor: str
    checks: list[KeyCheck]
    message: str


def setup_routes(setup: Setup | None) -> APIRouter:
    """Return the routes that set the deck up.

    Parameters
    ----------
    setup : Setup or None
        Does it; where None every route answers 409.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/setup", tags=["setup"])

    @router.get("", responses=answers(SetupReply, also=_ALSO))
    async def state(request: Request) -> Response:
        """Say how the deck is set up; of keys, only whether they are there and how they end."""
        found = await asyncio.to_thread(_there(setup).state)
        return await json_reply(request, SetupReply(found))

    @router.get("/settings", responses=answers(SettingsReply, also=_ALSO))
    async def settings(request: Request) -> Response:
        """List every setting with its value and where that comes from."""
        rows = await asyncio.to_thread(_there(setup).settings)
        return await json_reply(request, SettingsReply(list(rows)))

    @router.post("/settings", responses=answers(SettingsReply, also=_ALSO))
    async def change(request: Request, body: SettingsRequest) -> Response:
        """Write settings to the file, all of them or none; they count from the next start on."""
        made = _there(setup)
        changed = await asyncio.to_thread(made.change_settings, body.values)
        rows = await asyncio.to_thread(made.settings)
        said = f"Changed: {', '.join(changed)}." if changed else "Nothing was changed."
        return await json_reply(request, SettingsReply(list(rows), list(changed), said))

    @router.post("/done", responses=answers(SetupReply, also=_ALSO))
    async def done(request: Request) -> Response:
        """Say that setting up is over, or is passed over, so that nobody is led to it again."""
        made = _there(setup)
        await asyncio.to_thread(made.finish)
        return await json_reply(request, SetupReply(await asyncio.to_thread(made.state)))

    @router.post("/restart", responses=answers(SetupReply, also=_ALSO))
    async def restart(request: Request, body: RestartRequest) -> Response:
        """Start the deck again, on the simulators or on vendors; it is away for some seconds."""
        made = _there(setup)
        found = await asyncio.to_thread(made.state)
        made.restart(body.mode)
        return await json_reply(request, SetupReply(found, "The deck starts again."))

    return router


def key_routes(setup: Setup | None) -> APIRouter:
    """Return the routes that take, forget and try keys; none ever gives one back.

    Parameters
    ----------
    setup : Setup or None
        Does it; where None every route answers 409.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/setup/keys", tags=["setup"])

    @router.post("/{vendor}", responses=answers(SetupReply, also=_ALSO))
    async def keep(request: Request, vendor: _Vendor, body: KeysRequest) -> Response:
        """Keep keys of a vendor, for the owner of the deck alone."""
        made = _there(setup)
        await asyncio.to_thread(made.keep_keys, vendor, body.values, body.place)
        where = "keyring" if body.place == "keyring" else "file of keys"
        found = await asyncio.to_thread(made.state)
        said = f"Kept in the {where}. It counts from the next start on."
        return await json_reply(request, SetupReply(found, said))

    @router.post("/{vendor}/forget", responses=answers(SetupReply, also=_ALSO))
    async def forget(request: Request, vendor: _Vendor) -> Response:
        """Forget the keys of a vendor that are kept here."""
        made = _there(setup)
        await asyncio.to_thread(made.forget_keys, vendor)
        found = await asyncio.to_thread(made.state)
        return await json_reply(request, SetupReply(found, "The keys are forgotten."))

    @router.post("/{vendor}/check", responses=answers(KeyChecksReply, also=_ALSO))
    async def check(request: Request, vendor: _Vendor, body: KeysRequest) -> Response:
        """Ask a vendor for a little of everything, with these keys and those that are kept."""
        checks = await _there(setup).check_keys(vendor, body.values)
        good = sum(each.verdict == "ok" for each in checks)
        said = f"{good} of {len(checks)} questions were answered."
        return await json_reply(request, KeyChecksReply(vendor, list(checks), said))

    return router


def _there(setup: Setup | None) -> Setup:
    if setup is None:
        raise Conflict("this deck is not set up from its page; edit config.yaml and .env")
    return setup
