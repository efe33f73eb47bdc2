"""Which addresses a request to a foreign server may reach: public ones, and networks that the installation names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

# Ranges that older Python versions, or the registry itself, call global though they lead back inside or nowhere.
_NEVER_PUBLIC = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
        *("64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
# "%eth0" behind an IPv6 address.
_SCOPE = re.compile(r"%.*$")


class DestinationRefused(httpx.ConnectError):
    """The address may not be reached from here. It is no use to try again; `host` is the name as it was asked for."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host[:200]}: {reason}")
        self.host = host


class AnswerTooLarge(httpx.ReadError):
    """The server answered more than anybody wants to read."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the answer is larger than {max_bytes} bytes")
        self.max_bytes = max_bytes


@dataclass(frozen=True, slots=True)
class OutgoingPolicy:
    """Public addresses, and those of `allowed` networks: a company's own services, or loopback in tests."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str]) -> "OutgoingPolicy":
        """From networks as they are written in settings: "10.1.0.0/16".

        Raises:
            ValueError: one of them is no network.
        """
        return cls(tuple(ip_network(each.strip(), strict=False) for each in networks if each.strip()))

    def require_allowed(self, host: str, addresses: Iterable[str]) -> list[str]:
        """The addresses of a host, if every one of them may be reached: a name with a single private address is refused.

        Raises:
            DestinationRefused: one may not, or there is none.
        """
        judged = [_SCOPE.sub("", address) for address in addresses]
        if not judged:
            raise DestinationRefused(host, "the name has no address")
        for address in judged:
            if not self.allows(ip_address(address)):
                raise DestinationRefused(
                    host, "its address is not a public one; PENSTOCK_OUTGOING_ALLOWED_NETWORKS can allow it"
                )
        return list(dict.fromkeys(judged))

    def allows(self, address: Address) -> bool:
        meant = _meant(address)
        return is_public(meant) or any(meant in network for network in self.allowed if network.version == meant.version)


def is_public(address: Address) -> bool:
    """Whether an address is one that everybody in the world would reach as the same machine."""
    meant = _meant(address)
    if any(meant in network for network in _NEVER_PUBLIC if network.version == meant.version):
        return False
    return meant.is_global and not meant.is_multicast


def _meant(address: Address) -> Address:
    """The IPv4 address inside one of its IPv6 spellings."""
    if not isinstance(address, IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
