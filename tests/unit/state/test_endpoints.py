from __future__ import annotations

import pytest

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.breaker import BreakerPolicy
from nautilus_bybit_adapter.state.endpoints import Endpoint, EndpointChoice, Host

POLICY = BreakerPolicy(failures=1, open_secs=60.0)


def choice(*names: str) -> EndpointChoice:
    return EndpointChoice([Endpoint(name, f"https://{name}") for name in names or ("a", "b", "c")], POLICY)


def break_host(hosts: EndpointChoice, name: str, now: float) -> bool:
    (host,) = (each for each in hosts.hosts if each.endpoint.name == name)
    host.breaker.on_failure(now, is_probe=False)
    return hosts.on_broken(host, now)


def name_of(host: Host) -> str:
    return host.endpoint.name


def test_the_first_is_used_until_it_breaks_and_never_by_itself_again() -> None:
    hosts = choice()
    assert name_of(hosts.choose(0.0)) == "a"
    assert break_host(hosts, "a", 0.0)
    assert name_of(hosts.choose(0.0)) == "b"
    hosts.hosts[0].breaker.on_success(is_probe=True)
    assert name_of(hosts.choose(1000.0)) == "b"
    assert hosts.switch_count == 1


def test_a_broken_host_that_is_not_in_use_changes_nothing() -> None:
    hosts = choice()
    assert not break_host(hosts, "b", 0.0)
    assert break_host(hosts, "a", 1.0)
    assert name_of(hosts.current) == "c"


def test_where_all_are_broken_the_one_that_may_be_asked_first_is_chosen() -> None:
    hosts = choice()
    for now, name in enumerate(("a", "b", "c")):
        break_host(hosts, name, float(now))
    assert name_of(hosts.choose(10.0)) == "a"
    assert not break_host(choice("only"), "only", 0.0)


def test_a_ban_is_no_reason_to_go_elsewhere_from_the_same_address() -> None:
    hosts = choice()
    hosts.current.ban(600.0)
    assert name_of(hosts.choose(0.0)) == "a"
    assert hosts.current.ready_at(0.0) == 600.0


def test_switching_on_request() -> None:
    hosts = choice()
    assert hosts.switch_to()
    assert name_of(hosts.current) == "b"
    assert hosts.switch_to("a")
    assert not hosts.switch_to("a")
    assert not choice("only").switch_to()
    with pytest.raises(BybitConfigError, match="one of a, b, c; it is 'd'"):
        hosts.switch_to("d")


def test_there_is_a_host() -> None:
    with pytest.raises(BybitConfigError, match="at least one endpoint"):
        EndpointChoice([])
