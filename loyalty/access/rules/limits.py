"""How often something may be tried, and how long to wait. Counted in the database, never in Redis."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` within ``period``."""

    count: int
    period: timedelta


#: By scope: what is counted -> its limits. The shared address of a clinic's own network stays usable.
LIMITS: Mapping[str, Sequence[Limit]] = {
    "code.phone": (Limit(1, MINUTE), Limit(5, HOUR), Limit(10, DAY)),
    "code.address": (Limit(30, HOUR), Limit(100, DAY)),
    "code.try": (Limit(60, HOUR), Limit(200, DAY)),
    "second.account": (Limit(50, HOUR),),
    "claim.address": (Limit(60, HOUR), Limit(300, DAY)),
    "api.key": (Limit(20, MINUTE), Limit(200, HOUR)),
    "lookup.miss": (Limit(30, HOUR), Limit(200, DAY)),
    "lookup.noted": (Limit(1, HOUR),),
}

FREE_FAILURES = 3
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
FAILURES_REMEMBERED = DAY


def wait_for(times: Sequence[datetime], limits: Sequence[Limit], now: datetime) -> timedelta:
    """How long until one more is allowed; zero when it is allowed now. ``times`` newest first."""
    longest = timedelta(0)
    for limit in limits:
        if len(times) >= limit.count:
            longest = max(longest, times[limit.count - 1] + limit.period - now)
    return longest


def wait_after_failures(failures: int, last: datetime | None, now: datetime) -> timedelta:
    """The growing pause after wrong passwords of one account from one address; never a lock for ever."""
    if last is None or failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    delay: timedelta = min(FIRST_DELAY * 2**doublings, LONGEST_DELAY)
    return max(last + delay - now, timedelta(0))


def address_block(address: str) -> str:
    """The neighbourhood of an address that is throttled together: /24, or /48 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, prefix), strict=False))
