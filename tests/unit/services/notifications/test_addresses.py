"""Proving that an address is one's own."""

import pytest

from services.notifications import AddressNotFound, ChannelName, InvalidAddress, WrongCode, checked_email
from services.notifications.push_channel import checked_subscription
from services.notifications.webhook_channel import checked_url
from tests.notification_rig import ANN, BORIS, Rig


def unproven(rig: Rig) -> tuple[str, str]:
    with rig.engine.begin() as connection:
        address_id = rig.addresses.add(connection, ANN.account_id, ChannelName.EMAIL, "home@example.com", is_proven=False)
        return address_id, rig.addresses.new_code(connection, ANN.account_id, address_id)


def test_the_code_that_was_sent_proves_an_address_once(rig: Rig) -> None:
    address_id, code = unproven(rig)

    rig.addresses.confirm(ANN.account_id, address_id, f" {code} ")

    assert rig.addresses.of_account(ANN.account_id)[0].is_ready
    with pytest.raises(WrongCode):
        rig.addresses.confirm(ANN.account_id, address_id, code)


def test_an_unproven_address_hears_nothing(rig: Rig) -> None:
    unproven(rig)

    rig.breach("clara", "ann")

    assert rig.rows("SELECT address_id FROM notification_delivery") == [("",)]


def test_a_code_is_worth_nothing_after_five_wrong_ones(rig: Rig) -> None:
    address_id, code = unproven(rig)
    for guess in range(5):
        with pytest.raises(WrongCode):
            rig.addresses.confirm(ANN.account_id, address_id, f"{(int(code) + 1 + guess) % 1_000_000:06d}")

    with pytest.raises(WrongCode):
        rig.addresses.confirm(ANN.account_id, address_id, code)


def test_a_code_runs_out(rig: Rig) -> None:
    address_id, code = unproven(rig)
    rig.pass_time(minutes=16)

    with pytest.raises(WrongCode):
        rig.addresses.confirm(ANN.account_id, address_id, code)


def test_nobody_touches_the_address_of_another(rig: Rig) -> None:
    address_id, code = unproven(rig)

    with pytest.raises(WrongCode):
        rig.addresses.confirm(BORIS.account_id, address_id, code)
    with pytest.raises(AddressNotFound):
        rig.addresses.remove(BORIS.account_id, address_id)
    assert not rig.addresses.of_account(ANN.account_id)[0].is_ready


def test_the_same_address_again_is_the_same_and_whole_again(rig: Rig) -> None:
    first = rig.add_address(ANN, ChannelName.WEBHOOK, "https://a.test/")
    rig.outbox.break_address(first, "gone")

    second = rig.add_address(ANN, ChannelName.WEBHOOK, "https://a.test/")

    assert first == second
    assert rig.addresses.of_account(ANN.account_id)[0].is_ready


def test_nobody_hoards_addresses(rig: Rig) -> None:
    for number in range(10):
        rig.add_address(ANN, ChannelName.WEBHOOK, f"https://{number}.test/")

    with pytest.raises(InvalidAddress, match="at most 10"):
        rig.add_address(ANN, ChannelName.WEBHOOK, "https://eleventh.test/")


@pytest.mark.parametrize("written", ["ann@example.com", " ann+x@mail.example.co.uk ", "o'neil@example.com"])
def test_a_mail_address_is_taken(written: str) -> None:
    assert checked_email(written) == written.strip()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ann",
        "ann@",
        "@x.y",
        "a@b@c",
        "a b@c.d",
        "ann@ex..com",
        "a@b.c\nBcc: d@e.f",
        "a@-b.c-",
        "x" * 300 + "@y.z",
        "анна@x.y",
    ],
)
def test_what_is_no_mail_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidAddress, match="name@example"):
        checked_email(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "https://",
        "https://a:b@example.com/",
        "https://example.com:99999/",
        "http://[::1",
        "https://x/ y",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_receiver_is_refused(written: str) -> None:
    with pytest.raises(InvalidAddress):
        checked_url(written)


@pytest.mark.parametrize(
    ("endpoint", "p256dh", "auth"),
    [
        ("https://push.test/1", "", ""),
        ("https://push.test/1", "A" * 87, "A" * 22),
        ("https://push.test/1", "BBBB", "AAAA"),
        ("file:///etc/passwd", "x", "y"),
        ("https://push.test/1", "\u00e9" * 87, "A" * 22),
    ],
)
def test_what_is_no_push_subscription_is_refused(endpoint: str, p256dh: str, auth: str) -> None:
    with pytest.raises(InvalidAddress, match="subscription"):
        checked_subscription(endpoint, p256dh, auth)
