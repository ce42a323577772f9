"""The one guard before URLs that callers give: which addresses may be connected to.

Resolves a name once, checks every address, and connects to an address it checked; nothing is resolved a second time.
Knows sockets, but neither HTTP nor what is fetched.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Iterable[str]]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1; deprecated, some kernels still route it


class AddressRefused(Exception):
    """The host's address is not one that may be read; the message names host and address."""


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host in the system's order of preference; `OSError` where the name is unknown."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


@dataclass(frozen=True)
class Guard:
    """Lets through global unicast addresses and what the operator listed."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    everything: bool = False
    resolve: Resolve = resolve

    @classmethod
    def parse(cls, allowed: str) -> Self:
        """From the setting: `host`, `host:port`, an address or a CIDR network, comma-separated; `*` allows all."""
        hosts: set[str] = set()
        networks: list[Network] = []
        for entry in filter(None, (part.strip().lower() for part in allowed.split(","))):
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError:
                if "/" in entry:
                    raise ValueError(f"'{entry}' is neither a host, host:port nor a network like 10.0.0.0/8") from None
                hosts.add(entry)
        return cls(hosts=frozenset(hosts - {"*"}), networks=tuple(networks), everything="*" in hosts)

    def addresses(self, host: str, port: int) -> list[Address]:
        """The host's addresses, all of them allowed; one refused address refuses the host, as it may answer differently next time."""
        found = [ipaddress.ip_address(text) for text in self.resolve(host, port)]
        if not self._names(host, port):
            for address in found:
                self._check(host, address)
        return found

    def connect(self, host: str, port: int, timeout_seconds: float | None) -> socket.socket:
        """A TCP connection to the first checked address that takes one; `AddressRefused`, or `OSError` of the last try."""
        error: OSError = OSError(f"{host} has no address")
        for address in self.addresses(host, port):
            try:
                return socket.create_connection((str(address), port), timeout_seconds)
            except OSError as failure:
                error = failure
        raise error

    def _names(self, host: str, port: int) -> bool:
        name = host.lower().rstrip(".")
        bracketed = f"[{name}]" if ":" in name else name
        return self.everything or name in self.hosts or f"{bracketed}:{port}" in self.hosts

    def _check(self, host: str, address: Address) -> None:
        inner = embedded(address)
        if any(inner in network or address in network for network in self.networks):
            return
        if not is_public(inner):
            raise AddressRefused(f"{host} has the address {address}, which is not a public one")


def embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, compatible, NAT64, 6to4); the address itself otherwise."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether a stranger may be sent there: global, and one host rather than a group (IANA's special-purpose registries)."""
    return address.is_global and not (
        address.is_multicast or address.is_unspecified or address.is_reserved or _is_site_local(address)
    )


def _is_site_local(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and (address.is_site_local or address.teredo is not None)
