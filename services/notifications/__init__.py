"""Telling people what happened: an outbox in the caller's database, and ways out by e-mail, Telegram, Web Push and webhooks.

Rooms that have something to tell need `Notifications.notify`, `Event` and the recipients `person`, `group`, `role`; all else is
for the background process that sends and for the page where people choose.
"""

from services.notifications.addresses import (
    Address,
    AddressNotFound,
    InvalidAddress,
    SqlAddressBook,
    WrongCode,
    checked_email,
)
from services.notifications.channels import Channel
from services.notifications.events import CHOSEN_EVENTS, ChannelName, Event, InvalidValues, Mode, default_mode
from services.notifications.inbox import Notification, NotificationNotFound, SqlNotificationInbox
from services.notifications.log import DeliveryNotFound, LogEntry, LogFilter, SqlDeliveryLog
from services.notifications.notifying import INSTALLATION, InMemoryNotifications, Notifications, SqlNotifications
from services.notifications.outbox import DeliveryState, SqlOutbox
from services.notifications.profile import DigestPace, InvalidProfile, Profile
from services.notifications.recipients import Directory, InMemoryDirectory, Person, Recipient, group, person, role
from services.notifications.retrying import Backoff
from services.notifications.sending import Sender
from services.notifications.wishes import InvalidChoice, SqlWishBook, Wishes
from services.notifications.wording import Wording

__all__ = [
    "CHOSEN_EVENTS",
    "INSTALLATION",
    "Address",
    "AddressNotFound",
    "Backoff",
    "Channel",
    "ChannelName",
    "DeliveryNotFound",
    "DeliveryState",
    "DigestPace",
    "Directory",
    "Event",
    "InMemoryDirectory",
    "InMemoryNotifications",
    "InvalidAddress",
    "InvalidChoice",
    "InvalidProfile",
    "InvalidValues",
    "LogEntry",
    "LogFilter",
    "Mode",
    "Notification",
    "NotificationNotFound",
    "Notifications",
    "Person",
    "Profile",
    "Recipient",
    "Sender",
    "SqlAddressBook",
    "SqlDeliveryLog",
    "SqlNotificationInbox",
    "SqlNotifications",
    "SqlOutbox",
    "SqlWishBook",
    "Wishes",
    "Wording",
    "WrongCode",
    "checked_email",
    "default_mode",
    "group",
    "person",
    "role",
]
