from typing import Any

import pytest
from django.test import RequestFactory

from accounts.client_address import client_address, client_network


@pytest.mark.parametrize(
    ("remote", "forwarded", "behind_proxy", "address"),
    [
        ("203.0.113.5", "", False, "203.0.113.5"),
        ("203.0.113.5", "1.2.3.4", False, "203.0.113.5"),
        ("127.0.0.1", "203.0.113.5", True, "203.0.113.5"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.5", True, "203.0.113.5"),
        ("127.0.0.1", "evil", True, None),
        ("127.0.0.1", "", True, "127.0.0.1"),
        ("", "203.0.113.5", True, "203.0.113.5"),
        ("", "", False, None),
        ("::ffff:203.0.113.5", "", False, "203.0.113.5"),
        ("127.0.0.1", "203.0.113.5:4711", True, "203.0.113.5"),
        ("127.0.0.1", "[2001:db8::1]:4711", True, "2001:db8::1"),
        ("fe80::1%eth0", "", False, "fe80::1"),
        ("2001:DB8::1", "", False, "2001:db8::1"),
    ],
)
def test_the_address_is_what_nobody_could_invent(
    settings: Any, remote: str, forwarded: str, behind_proxy: bool, address: str | None
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    assert client_address(request) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.5", "203.0.113.5"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("", None)],
)
def test_a_network_is_what_one_client_cannot_leave(address: str, network: str | None) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network
