"""What people do all day: which pages a role walks, with the keys it finds on them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, select

from history.tables import process_instance, user_task
from services.crm.tables import tickets
from services.identity import Role

CHOICES = 500


@dataclass(frozen=True, slots=True)
class Step:
    """One request: what it is called in the figures, and the address with its keys."""

    route: str
    path: str
    method: str = "GET"
    # Asked by an open page that heard of a change, not by the person.
    is_live: bool = False

    @property
    def is_part_of_page(self) -> bool:
        """What the scripts of an open page ask for at once."""
        return self.path.partition("?")[0].endswith(".json")


@dataclass(frozen=True, slots=True)
class Keys:
    """Some of what there is to look at."""

    instances: list[int]
    tasks: list[int]
    tickets: list[int]


def keys_of(engine: Engine) -> Keys:
    newest_instances = select(process_instance.c.key).order_by(process_instance.c.key.desc()).limit(CHOICES)
    open_tasks = select(user_task.c.key).where(user_task.c.ended_at.is_(None)).order_by(user_task.c.key.desc()).limit(CHOICES)
    newest_tickets = select(tickets.c.number).order_by(tickets.c.number.desc()).limit(CHOICES)
    with engine.connect() as connection:
        return Keys(*(list(connection.execute(query).scalars()) for query in (newest_instances, open_tasks, newest_tickets)))


def walk(roles: frozenset[Role], keys: Keys, dice: random.Random) -> Iterator[Step]:
    """A person's requests without end."""
    if Role.MANAGER in roles:
        day = _manager
    elif Role.DESIGNER in roles:
        day = _designer
    else:
        day = _staff
    while True:
        yield from day(keys, dice)


def _staff(keys: Keys, dice: random.Random) -> Iterator[Step]:
    yield Step("/inbox", "/inbox")
    for key in dice.sample(keys.tasks, min(3, len(keys.tasks))):
        yield Step("/inbox/{key}", f"/inbox/{key}")
        yield Step("/inbox/{key}/form.json", f"/inbox/{key}/form.json")
    yield Step("/tickets", "/tickets")
    yield Step("/tickets?q=", f"/tickets?q={dice.choice(('printer', 'password', 'принтер', 'floor 17'))}")
    for number in dice.sample(keys.tickets, 2):
        yield Step("/tickets/{id}", f"/tickets/T-{number}")
    yield Step("/notifications", "/notifications")
    yield Step("/api/v1/user-tasks", "/api/v1/user-tasks")
    if dice.random() < 0.3:
        yield Step("POST /api/v1/tickets", "/api/v1/tickets", "POST")


def _manager(keys: Keys, dice: random.Random) -> Iterator[Step]:
    yield Step("/", "/")
    process = dice.choice(("order", "delivery", "complaint"))
    yield Step("/heat-map", f"/heat-map?process={process}")
    yield Step("/heat-map/cells.json", f"/heat-map/cells.json?process={process}")
    yield Step("/sla", "/sla")
    yield Step("/reports", "/reports")
    yield Step("/tickets", "/tickets")
    yield Step("/api/v1/heat-map/{id}", f"/api/v1/heat-map/{process}")
    yield Step("/api/v1/summary", "/api/v1/summary")
    yield Step("/instances/{key}", f"/instances/{dice.choice(keys.instances)}")


def _designer(keys: Keys, dice: random.Random) -> Iterator[Step]:
    yield Step("/instances", "/instances")
    yield Step("/instances?state=", "/instances?process=order&state=INCIDENT")
    for key in dice.sample(keys.instances, 2):
        yield Step("/instances/{key}", f"/instances/{key}")
        yield Step("/instances/{key}/diagram.json", f"/instances/{key}/diagram.json")
        yield Step("/instances/{key}/replay.json", f"/instances/{key}/replay.json")
    yield Step("/incidents", "/incidents")
    yield Step("/processes", "/processes")
    yield Step("/processes/{id}", "/processes/order")
    yield Step("/editor", "/editor")
    yield Step("/api/v1/instances", "/api/v1/instances?bpmn_process_id=order")
    yield Step("/api/v1/incidents", "/api/v1/incidents")
