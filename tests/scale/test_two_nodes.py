"""Two nodes of the API with one database: who comes in by one of them has come in by both."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest

from quantdeck.api.user_sessions import UserSessions
from quantdeck.hub.logins import Logins
from quantdeck.hub.paper_book import PaperBook
from quantdeck.hub.passwords import Passwords
from quantdeck.model.errors import BadInput, TooManyTries
from quantdeck.model.users import GrantKind, Role, User
from quantdeck.trading import journal
from tests.api.account_side import PASSWORD, QUICK
from tests.hub.deck_rig import HandClock
from tests.records.places import opened, opened_users
from tests.records.test_paper import EVENTS

FROM = {"address": "127.0.0.1", "agent": "Firefox"}


@pytest.fixture
def nodes(place):
    kept = [opened_users(place) for _ in range(2)]
    clock = HandClock()
    yield [
        Logins(
            *(each.users, each.grants, each.audit, each.tries),
            clock=clock,
            passwords=Passwords(QUICK),
        )
        for each in kept
    ]
    for each in kept:
        each.close()


def test_session_of_one_node_is_good_at_the_other_until_it_is_ended_there(nodes):
    async def work():
        one, other = nodes
        secret = await one.sign_up(one.setup_code, "ann", PASSWORD, **FROM)
        caller = await other.caller(secret, GrantKind.SESSION)
        assert caller is not None
        await other.log_out(caller, address="127.0.0.1")
        return await one.caller(secret, GrantKind.SESSION)

    assert asyncio.run(work()) is None


def test_wrong_passwords_are_counted_at_all_nodes_together(nodes):
    async def work():
        one, other = nodes
        await one.sign_up(one.setup_code, "ann", PASSWORD, **FROM)
        tried = [await nodes[turn % 2].log_in("ann", "wrong", **FROM) for turn in range(4)]
        with pytest.raises(TooManyTries):
            await other.log_in("ann", PASSWORD, **FROM)
        return tried

    assert asyncio.run(work()) == [None] * 4


def test_code_that_one_node_printed_opens_the_first_account_at_the_other(nodes):
    async def work():
        one, other = nodes
        code = one.offer_setup()
        assert other.offer_setup() != code
        await other.sign_up(code.lower(), "ann", PASSWORD, **FROM)
        for node in nodes:
            with pytest.raises(BadInput, match="code"):
                await node.sign_up(other.setup_code, "ben", PASSWORD, **FROM)
        return one.offer_setup()

    assert asyncio.run(work()) == ""


def test_first_account_is_opened_at_one_of_the_nodes(nodes):
    async def work():
        asked = [
            node.sign_up(node.setup_code, name, PASSWORD, **FROM)
            for node, name in zip(nodes, ("ann", "ben"), strict=True)
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(work())

    assert sum(isinstance(each, str) for each in answers) == 1
    assert sum(isinstance(each, BadInput) for each in answers) == 1


def test_two_nodes_that_trade_on_one_account_lose_and_double_nothing(place):
    def deposit(at_ns):
        return lambda _: [journal.Deposited(ts_ns=at_ns, money=EVENTS[0].money)]

    with closing(opened(place)) as one, closing(opened(place)) as other:
        books = [PaperBook(each.accounts, "main") for each in (one, other)]
        for number in range(10):
            books[number % 2].commit(deposit(number + 1))

        kept = [event.ts_ns for event in one.accounts.events("main")]

    assert kept == list(range(1, 11))


def test_last_admin_stays_whichever_node_is_asked(place):
    with closing(opened_users(place)) as one, closing(opened_users(place)) as other:
        one.users.add_first(User("u1", "Ann", Role.ADMIN, "hash", 1))

        said = [each.users.change("u1", role=Role.VIEWER) for each in (one, other)]

        assert said == [False, False]
        assert other.users.users()[0].role is Role.ADMIN


def test_nodes_behind_one_proxy_know_the_same_cookie(nodes):
    names = {
        UserSessions(node, None, port=port, public_url="https://deck.example/").cookie
        for node, port in zip(nodes, (8050, 8051), strict=True)
    }

    assert names == {"__Host-qd_session_443"}
