"""Which addresses the guard lets through."""

import socket

import pytest

from ophicleide.fetching.guard import AddressRefused, Guard


def guard(allowed: str, *addresses: str) -> Guard:
    parsed = Guard.parse(allowed)
    return Guard(parsed.hosts, parsed.networks, parsed.everything, resolve=lambda *_: addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="not a public one"):
        guard("", address).addresses("example.com", 80)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::808:808"])
def test_a_public_address_is_let_through(address: str) -> None:
    assert [str(a) for a in guard("", address).addresses("example.com", 80)] == [address]


def test_one_refused_address_refuses_the_host() -> None:
    with pytest.raises(AddressRefused):
        guard("", "93.184.215.14", "127.0.0.1").addresses("example.com", 80)


@pytest.mark.parametrize("allowed", ["texts.internal", "other, TEXTS.internal:8080", "10.0.0.0/8", "10.1.2.3", "*"])
def test_what_the_operator_lists_is_let_through(allowed: str) -> None:
    assert guard(allowed, "10.1.2.3").addresses("texts.internal", 8080)


@pytest.mark.parametrize("allowed", ["texts.internal:8081", "internal", "10.2.0.0/16", "texts.internal.example.com"])
def test_what_the_operator_lists_opens_nothing_else(allowed: str) -> None:
    with pytest.raises(AddressRefused):
        guard(allowed, "10.1.2.3").addresses("texts.internal", 8080)


def test_a_network_that_cannot_be_read_is_an_error_and_no_host() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        Guard.parse("10.0.0.0/99")


def test_it_connects_to_the_address_that_it_checked() -> None:
    answers = iter([["127.0.0.1"], ["192.0.2.1"]])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        rebinding = Guard(hosts=frozenset({"rebinds"}), resolve=lambda *_: next(answers))

        with rebinding.connect("rebinds", port, 5) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)

    assert next(answers) == ["192.0.2.1"]  # the name was resolved once
