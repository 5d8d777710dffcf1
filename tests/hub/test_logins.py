from __future__ import annotations

import asyncio
import threading

import pytest

from quantdeck.hub.logins import ABSOLUTE_NS, IDLE_NS, hash_of
from quantdeck.hub.passwords import check_name, check_password
from quantdeck.model.errors import BadInput, Conflict, StoreError, TooManyTries
from quantdeck.model.tries import FORGOTTEN_NS, LONGEST_NS, TryLimit
from quantdeck.model.users import GrantKind, Role, Scope
from tests.api.account_side import PASSWORD, Accounts

_S_NS = 1_000_000_000
_HERE = {"address": "127.0.0.1", "agent": "Firefox"}


class Clock:
    def __init__(self) -> None:
        self.ns = 1_723_075_200 * _S_NS

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * _S_NS)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(tmp_path, clock):
    made = Accounts(tmp_path, clock, port=8050)
    yield made
    made.records.close()


def _run(coroutine):
    return asyncio.run(coroutine)


def _sign_up(accounts, code, name, password=PASSWORD):
    return _run(accounts.logins.sign_up(code, name, password, **_HERE))


def _log_in(accounts, name, password=PASSWORD):
    return _run(accounts.logins.log_in(name, password, **_HERE))


def _caller(accounts, secret, kind=GrantKind.SESSION):
    async def ask():
        return await accounts.logins.caller(secret, kind)

    return _run(ask())


def test_first_account_takes_the_code_of_the_console_and_is_an_admin(accounts):
    secret = _sign_up(accounts, accounts.logins.setup_code.lower().replace("-", " "), "ann")

    assert _caller(accounts, secret).role is Role.ADMIN


def test_code_of_the_console_opens_no_second_account(accounts):
    _sign_up(accounts, accounts.logins.setup_code, "ann")

    with pytest.raises(BadInput, match="invitation"):
        _sign_up(accounts, accounts.logins.setup_code, "ben")


def test_wrong_code_opens_nothing_and_is_slowed_down(accounts):
    for _ in range(21):
        with pytest.raises(BadInput, match="code"):
            _sign_up(accounts, "AAAA", "ann")

    with pytest.raises(TooManyTries):
        _sign_up(accounts, accounts.logins.setup_code, "ann")


def test_invitation_opens_one_account_of_its_role(accounts):
    accounts.person("ann", Role.ADMIN)
    _, code = _run(accounts.desk.invite(Role.TRADER, by="ann"))

    secret = _sign_up(accounts, code, "ben")

    assert _caller(accounts, secret).role is Role.TRADER
    with pytest.raises(BadInput):
        _sign_up(accounts, code, "cid")


def test_log_in_is_for_the_right_password_in_any_case_of_the_name(accounts):
    accounts.person("Ann", Role.VIEWER)

    assert _caller(accounts, _log_in(accounts, " ANN ")).name == "Ann"
    assert _log_in(accounts, "ann", "wrong") is None
    assert _log_in(accounts, "nobody") is None


def test_guessing_is_slowed_down_and_forgiven_after_a_while(accounts, clock):
    accounts.person("ann", Role.VIEWER)
    for _ in range(4):
        assert _log_in(accounts, "ann", "wrong") is None

    with pytest.raises(TooManyTries) as refused:
        _log_in(accounts, "ann")
    clock.ns += 2 * _S_NS
    secret = _log_in(accounts, "ann")

    assert refused.value.retry_after_s == 1
    assert secret is not None


def test_guesses_from_elsewhere_do_not_lock_out_who_knows_the_password(accounts):
    accounts.person("ann", Role.VIEWER)

    async def guess():
        for at in range(10):
            elsewhere = {"address": f"10.0.0.{at}", "agent": "x"}
            await accounts.logins.log_in("ann", "wrong", **elsewhere)

    _run(guess())

    assert _log_in(accounts, "ann") is not None


@pytest.mark.parametrize(("wait_ns", "uses"), [(IDLE_NS + 1, False), (ABSOLUTE_NS, True)])
def test_session_ends_idle_and_at_last(accounts, clock, wait_ns, uses):
    accounts.person("ann", Role.VIEWER)
    secret = _log_in(accounts, "ann")

    async def pass_time():
        end = clock.ns + wait_ns
        while uses and clock.ns + IDLE_NS // 2 < end:
            clock.ns += IDLE_NS // 2
            assert await accounts.logins.caller(secret, GrantKind.SESSION)
            await asyncio.gather(*accounts.logins._tasks)
        clock.ns = end
        return await accounts.logins.caller(secret, GrantKind.SESSION)

    assert _run(pass_time()) is None


def test_only_the_hash_of_a_session_is_kept(accounts):
    accounts.person("ann", Role.VIEWER)

    secret = _log_in(accounts, "ann")

    assert [grant.secret_hash for grant in accounts.records.grants.grants()] == [hash_of(secret)]


def test_session_is_no_token_and_a_token_no_session(accounts):
    user = accounts.person("ann", Role.VIEWER)
    session = accounts.headers(user)["Cookie"].partition("=")[2]
    token = accounts.headers(user, Scope.READ)["Authorization"].partition(" ")[2]

    assert _caller(accounts, session, GrantKind.TOKEN) is None
    assert _caller(accounts, token, GrantKind.SESSION) is None


def test_changed_password_ends_all_but_this_session(accounts):
    accounts.person("ann", Role.VIEWER)
    here, elsewhere = _log_in(accounts, "ann"), _log_in(accounts, "ann")
    caller = _caller(accounts, here)

    _run(accounts.logins.change_password(caller, PASSWORD, "nine red umbrellas", address=""))

    assert _caller(accounts, here) is not None
    assert _caller(accounts, elsewhere) is None
    assert _log_in(accounts, "ann") is None
    assert _log_in(accounts, "ann", "nine red umbrellas") is not None


def test_wrong_present_password_changes_nothing(accounts):
    accounts.person("ann", Role.VIEWER)
    caller = _caller(accounts, _log_in(accounts, "ann"))

    with pytest.raises(BadInput, match="present password"):
        _run(accounts.logins.change_password(caller, "wrong", "nine red umbrellas", address=""))

    assert _log_in(accounts, "ann") is not None


def test_account_that_is_switched_off_comes_in_no_more(accounts):
    accounts.person("ann", Role.ADMIN)
    ben = accounts.person("ben", Role.TRADER)
    secret = _log_in(accounts, "ben")

    _run(accounts.desk.change(ben.id, role=None, is_on=False))

    assert _caller(accounts, secret) is None
    assert _log_in(accounts, "ben") is None


def test_other_role_counts_at_once(accounts):
    accounts.person("ann", Role.ADMIN)
    ben = accounts.person("ben", Role.TRADER)
    secret = _log_in(accounts, "ben")

    _run(accounts.desk.change(ben.id, role=Role.VIEWER, is_on=None))

    assert _caller(accounts, secret).scopes == {Scope.READ}


def test_last_admin_is_not_demoted(accounts):
    ann = accounts.person("ann", Role.ADMIN)

    with pytest.raises(Conflict, match="last admin"):
        _run(accounts.desk.change(ann.id, role=Role.VIEWER, is_on=None))


def test_token_does_not_do_more_than_its_owner(accounts):
    accounts.person("ann", Role.VIEWER)
    caller = _caller(accounts, _log_in(accounts, "ann"))

    with pytest.raises(BadInput, match="viewer"):
        _run(accounts.desk.make_token(caller, "bot", [Scope.TRADE], days=1, address=""))


def test_token_ends_after_its_days(accounts, clock):
    accounts.person("ann", Role.TRADER)
    caller = _caller(accounts, _log_in(accounts, "ann"))
    _, secret = _run(accounts.desk.make_token(caller, "bot", [Scope.READ], days=1, address=""))

    before = _caller(accounts, secret, GrantKind.TOKEN)
    clock.ns += 86_400 * _S_NS

    assert (before.token, before.scopes) == ("bot", {Scope.READ})
    assert _caller(accounts, secret, GrantKind.TOKEN) is None


def test_audit_log_tells_of_logins_in_single_lines(accounts):
    accounts.person("ann", Role.VIEWER)
    _log_in(accounts, "ann")
    _log_in(accounts, "eve\nann", "wrong")

    entries = _run(accounts.desk.audit(limit=10, before_ns=None))

    assert [(entry.who, entry.outcome) for entry in entries] == [
        ("eve?ann", "wrong name or password"),
        ("ann", "done"),
    ]


def test_waits_double_up_to_a_bound_and_are_forgotten():
    limit = TryLimit(free=2)

    waits = [limit.wait_ns(failures, last_ns=0, now_ns=0) for failures in range(1, 15)]

    assert waits[:5] == [0, 0, _S_NS, 2 * _S_NS, 4 * _S_NS]
    assert max(waits) == LONGEST_NS
    assert limit.wait_ns(14, last_ns=0, now_ns=FORGOTTEN_NS + 1) == 0


def test_tries_are_counted_under_each_key_and_forgotten_in_time(accounts):
    tries, limits = accounts.records.tries, {"ann": TryLimit(free=0), "here": TryLimit(free=9)}

    waits = [tries.begin(limits, now_ns=at) for at in (0, 1, _S_NS)]
    later = tries.begin(limits, now_ns=FORGOTTEN_NS + _S_NS + 1)

    assert waits == [0, _S_NS - 1, 0]
    assert later == 0


def test_many_that_ask_who_they_are_while_the_store_is_away_try_it_once(accounts, monkeypatch):
    asked, all_wait = [], threading.Event()

    def fail(secret_hash):
        asked.append(secret_hash)
        assert all_wait.wait(timeout=30)
        raise StoreError("away")

    async def work():
        callers = [accounts.logins.caller(f"s{n}", GrantKind.SESSION) for n in range(20)]
        told = asyncio.gather(*callers, return_exceptions=True)
        asyncio.get_running_loop().call_soon(all_wait.set)
        return await told

    monkeypatch.setattr(accounts.records.grants, "find", fail)

    told = _run(work())

    assert [str(each) for each in told] == ["away"] * 20
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["", "a", "-ann", "an n", "a" * 65, "ann\n", "änn"])
def test_name_that_cannot_be_is_refused(name):
    with pytest.raises(BadInput, match="name"):
        check_name(name) if name != "ann\n" else check_name("an\nn")


@pytest.mark.parametrize(
    ("password", "says"),
    [("short", "10 to 256"), ("x" * 257, "10 to 256"), ("aaaaaaaabbbb", "different"),
     ("I am Annabel!", "name")],
)  # fmt: skip
def test_password_that_is_guessed_soon_is_refused(password, says):
    with pytest.raises(BadInput, match=says):
        check_password(password, name="ann")
