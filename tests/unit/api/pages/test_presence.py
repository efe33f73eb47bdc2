from api.pages.presence import WITHIN_SECONDS, Presence


def test_those_who_looked_lately_are_named_the_latest_first() -> None:
    presence = Presence()
    presence.others(1, "ann", now=0)
    presence.others(1, "bob", now=10)

    others = presence.others(1, "cleo", now=20)

    assert others == ["bob", "ann"]


def test_nobody_is_named_to_themselves_or_on_another_task() -> None:
    presence = Presence()
    presence.others(1, "ann", now=0)

    assert presence.others(1, "ann", now=1) == []
    assert presence.others(2, "bob", now=1) == []


def test_a_look_is_forgotten_after_a_while() -> None:
    presence = Presence()
    presence.others(1, "ann", now=0)

    others = presence.others(1, "bob", now=WITHIN_SECONDS + 1)

    assert others == []
