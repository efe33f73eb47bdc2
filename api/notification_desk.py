"""Everything that the pages about notifications need, handed in by `bootstrap`."""

from dataclasses import dataclass

from services.notifications import ChannelName, SqlDeliveryLog, SqlNotificationInbox, SqlWishBook, Wording
from services.notifications.own_addresses import OwnAddresses


@dataclass(frozen=True, slots=True)
class NotificationDesk:
    """`ways` are the channels this installation has set up; `push_key` is what browsers subscribe with."""

    inbox: SqlNotificationInbox
    wishes: SqlWishBook
    addresses: OwnAddresses
    log: SqlDeliveryLog
    wording: Wording
    ways: frozenset[ChannelName] = frozenset(ChannelName)
    push_key: str = ""
