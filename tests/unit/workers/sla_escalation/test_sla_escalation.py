from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.sla import InMemorySkillBook, Skills, StepKind
from tests.factories import make_job, make_sla_ports
from workers.sla_escalation.acknowledge_sla import AcknowledgeSla
from workers.sla_escalation.compute_sla_targets import ComputeSlaTargets
from workers.sla_escalation.every_worker import SlaPorts
from workers.sla_escalation.find_sla_candidates import FindSlaCandidates
from workers.sla_escalation.memory_ports import InMemoryRoster, InMemoryWorkTasks
from workers.sla_escalation.moments import read_moment, write_moment
from workers.sla_escalation.notify_sla import NotifySla, UnknownLevel
from workers.sla_escalation.ports import Audience, Candidate, Recipient
from workers.sla_escalation.reassign_sla_work import ReassignSlaWork
from workers.sla_escalation.stop_sla_clock import StopSlaClock
from zeebe.job import Job

WORK = {
    "subject_id": "O-7",
    "subject_type": "order",
    "subject": "Late parcel",
    "team": "logistics",
    "lead": "logistics-leads",
    "manager": "operations-managers",
    "priority": "normal",
    "customer": None,
    "targets": {"reply_within": "PT2H", "resolve_within": "PT24H"},
    "asked_at": "2027-03-01T08:00:00.000@Etc/UTC",
}
HOLDER = Recipient(Audience.PERSON, "anna")


def work_job(**variables: object) -> Job:
    return make_job(variables=WORK | variables)


def step_job(level: str, tell: list[str], *, share: int = 50, promise: str = "resolution", **variables: object) -> Job:
    sla = {"revision": 1, "next": {"promise": promise, "share": share, "at": "2027-03-01T20:00:00Z"}}
    step = {"tell": tell, "is_urgent": False, "reassign": False, "answer_within": "PT2H"}
    job = work_job(sla=sla, step=step, **variables)
    return replace(job, custom_headers={"level": level})


@pytest.fixture
async def ports() -> SlaPorts:
    """Ports with a clock that runs and work that Anna has."""
    ports = make_sla_ports(tasks=InMemoryWorkTasks(assignee="anna"))
    await ComputeSlaTargets(ports.desk, ports.tasks)(work_job())
    return ports


async def test_the_process_gets_due_times_and_its_next_step() -> None:
    ports = make_sla_ports()

    variables = await ComputeSlaTargets(ports.desk, ports.tasks)(work_job())

    assert variables["sla"] == {
        "reply_within": "PT2H",
        "resolve_within": "PT24H",
        "reply_due": "2027-03-01T10:00:00.000Z",
        "resolve_due": "2027-03-02T08:00:00.000Z",
        "revision": 1,
        "is_running": True,
        "next": {"promise": "reply", "share": 50, "at": "2027-03-01T09:00:00.000Z"},
    }


async def test_a_promise_counts_from_the_moment_the_work_came_in() -> None:
    ports = make_sla_ports()

    variables = await ComputeSlaTargets(ports.desk, ports.tasks)(work_job(started_at="2027-03-01T07:00:00+00:00"))

    assert variables["sla"]["reply_due"] == "2027-03-01T09:00:00.000Z"


async def test_the_users_task_follows_a_due_time_that_moved(ports: SlaPorts) -> None:
    known = {"resolve_due": "2027-03-02T08:00:00.000Z", "next": {"promise": "reply", "share": 50, "at": "x"}}
    pause = {"id": "p1", "kind": "PAUSED", "at": "2027-03-01T08:30:00Z", "reason": "WAITING_FOR_CUSTOMER"}
    compute = ComputeSlaTargets(ports.desk, ports.tasks)

    paused = await compute(work_job(sla=known, sla_change=pause))
    resumed = await compute(
        work_job(
            sla=known | {"resolve_due": None},
            sla_change={"id": "p2", "kind": "RESUMED", "at": "2027-03-01T09:30:00Z"},
            asked_at="2027-03-01T09:30:00Z",
        )
    )

    assert (paused["sla"]["next"], paused["sla"]["is_running"]) == (None, False)
    assert resumed["sla"]["resolve_due"] == "2027-03-02T09:00:00.000Z"
    assert ports.tasks.due_times == [None, datetime(2027, 3, 2, 9, tzinfo=UTC)]


async def test_a_change_without_an_id_is_carried_out_once_a_job(ports: SlaPorts) -> None:
    compute = ComputeSlaTargets(ports.desk, ports.tasks)
    job = replace(work_job(sla_change={"kind": "PAUSED"}), key=77)
    await compute(job)
    await compute(work_job(sla_change={"id": "go", "kind": "RESUMED"}))

    again = await compute(job)

    assert again["sla"]["is_running"]


@pytest.mark.parametrize(
    "wrong", [{"targets": {"reply_within": "soon", "resolve_within": "PT1H"}}, {"asked_at": "yesterday"}, {"team": None}]
)
async def test_what_makes_no_sense_fails_the_job_and_starts_no_clock(wrong: dict[str, object]) -> None:
    ports = make_sla_ports()

    with pytest.raises((ValueError, ValidationError)):
        await ComputeSlaTargets(ports.desk, ports.tasks)(work_job(**wrong))

    with ports.desk.book.open() as pages:
        assert pages.running() == []


async def test_a_reminder_goes_to_whoever_has_the_work(ports: SlaPorts) -> None:
    await NotifySla(ports.desk, ports.tasks, ports.notifier)(step_job("reminder", ["holder", "team"], share=75))

    [sent] = ports.notifier.sent.values()
    assert (sent.event, sent.subject_key) == ("sla_reminder", "order:O-7")
    assert sent.recipients == (HOLDER, Recipient(Audience.GROUP, "logistics"))
    assert sent.values["due_at"] == "2027-03-02T08:00:00.000Z"


async def test_work_that_nobody_took_is_the_teams_to_hear_of(ports: SlaPorts) -> None:
    ports.tasks.assignee = None

    await NotifySla(ports.desk, ports.tasks, ports.notifier)(step_job("reminder", ["holder", "team"]))

    [sent] = ports.notifier.sent.values()
    assert sent.recipients == (Recipient(Audience.GROUP, "logistics"),)


async def test_a_job_that_runs_twice_tells_people_once(ports: SlaPorts) -> None:
    notify = NotifySla(ports.desk, ports.tasks, ports.notifier)

    answers = [await notify(step_job("missed", ["holder"], share=100)) for _ in range(2)]

    assert len(ports.notifier.sent) == 1
    assert answers == [{"answer_by": "2027-03-01T10:00:00.000Z"}] * 2
    with ports.desk.book.open() as pages:
        assert [step.kind for step in pages.steps("O-7")] == [StepKind.MISSED]


async def test_a_reminder_that_a_pause_overtook_tells_nobody(ports: SlaPorts) -> None:
    await ComputeSlaTargets(ports.desk, ports.tasks)(work_job(sla_change={"id": "p", "kind": "PAUSED"}))

    await NotifySla(ports.desk, ports.tasks, ports.notifier)(step_job("reminder", ["holder"]))

    assert ports.notifier.sent == {}


async def test_a_manager_hears_with_the_lead(ports: SlaPorts) -> None:
    await NotifySla(ports.desk, ports.tasks, ports.notifier)(step_job("manager", [], share=100))

    [sent] = ports.notifier.sent.values()
    assert [recipient.name for recipient in sent.recipients] == ["operations-managers", "logistics-leads"]


async def test_a_header_that_names_no_level_is_refused_by_its_element(ports: SlaPorts) -> None:
    with pytest.raises(UnknownLevel, match="element element has the header level='loud'"):
        await NotifySla(ports.desk, ports.tasks, ports.notifier)(step_job("loud", []))


async def test_candidates_come_with_load_skill_and_presence() -> None:
    skills = InMemorySkillBook()
    skills.save(Skills("boris", frozenset({"parcels"}), datetime(2027, 3, 1, tzinfo=UTC).date()))
    team = [Candidate("boris", 3), Candidate("anna", 1)]
    ports = make_sla_ports(tasks=InMemoryWorkTasks(assignee="anna"), skills=skills, roster=InMemoryRoster({"logistics": team}))

    found = await FindSlaCandidates(ports.roster, ports.skills, ports.tasks)(work_job(skill="Parcels"))

    assert found["candidates"] == [
        {"name": "anna", "open_tasks": 1, "is_holder": True, "is_skilled": False, "is_away": False},
        {"name": "boris", "open_tasks": 3, "is_holder": False, "is_skilled": True, "is_away": True},
    ]


async def test_work_is_passed_on_and_its_new_holder_told_once(ports: SlaPorts) -> None:
    reassign = ReassignSlaWork(ports.desk, ports.tasks, ports.notifier)

    for _ in range(2):
        await reassign(step_job("", [], share=100, to="elena"))

    assert ports.tasks.assignee == "elena"
    [sent] = ports.notifier.sent.values()
    assert sent.recipients == (Recipient(Audience.PERSON, "elena"),)
    with ports.desk.book.open() as pages:
        assert [(step.kind, step.told) for step in pages.steps("O-7")] == [(StepKind.REASSIGNED, ("elena",))]


async def test_work_that_is_done_is_passed_on_to_nobody(ports: SlaPorts) -> None:
    ports.tasks.is_open = False

    await ReassignSlaWork(ports.desk, ports.tasks, ports.notifier)(step_job("", [], share=100, to="elena"))

    assert ports.notifier.sent == {}


async def test_an_answer_is_kept_with_its_author(ports: SlaPorts) -> None:
    answer = step_job("", [], share=100, acknowledgement="Elena calls the carrier.", acknowledged_by="lena")

    await AcknowledgeSla(ports.desk)(answer)

    with ports.desk.book.open() as pages:
        [step] = pages.steps("O-7")
    assert (step.kind, step.who, step.note) == (StepKind.ACKNOWLEDGED, "lena", "Elena calls the carrier.")


async def test_work_that_is_over_stops_its_clock(ports: SlaPorts) -> None:
    await StopSlaClock(ports.desk)(work_job(outcome="solved", asked_at="2027-03-01T12:00:00Z"))

    clock = ports.desk.clock("O-7")
    assert (clock.ended_at, clock.outcome) == (datetime(2027, 3, 1, 12, tzinfo=UTC), "solved")


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-01T09:00:00Z",
        "2027-03-01T09:00:00.000@Etc/UTC",
        "2027-03-01T12:00:00@Europe/Moscow",
        "2027-03-01T10:00:00+01:00[Europe/Berlin]",
    ],
)
def test_reads_every_form_in_which_engines_write_a_moment(text: str) -> None:
    moment = read_moment(text)

    assert isinstance(moment, datetime)
    assert write_moment(moment) == "2027-03-01T09:00:00.000Z"
    assert moment.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text", ["2027-03-01T09:00:00", "2027-03-01T09:00:00@Mars/Olympus", "2027-03-01T09:00:00@../../etc", ""]
)
def test_refuses_a_moment_without_a_zone(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone|isoformat"):
        read_moment(text)
