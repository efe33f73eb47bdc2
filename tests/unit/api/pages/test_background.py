"""The page of background work: dead letters are seen, sent again and dropped by operators alone."""

from pathlib import Path

from services.background_work import SqlSchedule, SqlTaskBook, TaskState
from services.classification import InvalidModel
from services.notifications.channels import ChannelDown
from tests.web_app import WebApp
from workers.background_running import told


def dead_letter(web_app: WebApp, subject: str) -> str:
    book = SqlTaskBook(web_app.engine)
    task_id = book.add("reports.make", subject)
    book.failed(book.claim(task_id, "w1"), "OSError: <no route>", again_in_seconds=None)
    return task_id


async def test_an_operator_sees_a_dead_letter_with_its_error_and_sends_it_again(web_app: WebApp) -> None:
    task_id = dead_letter(web_app, "R-17")
    async with web_app.signed_in("operator") as browser:
        page = await browser.get("/background")

        answer = await browser.post(f"/background/dead/{task_id}/requeue", {})
        again = await browser.post(f"/background/dead/{task_id}/requeue", {})

    assert "R-17" in page.text
    assert "OSError: &lt;no route&gt;" in page.text
    assert "mail.send" in page.text
    assert (answer.status_code, again.status_code) == (303, 404)
    assert SqlTaskBook(web_app.engine).counts()[TaskState.QUEUED] == 1


async def test_what_tasks_failed_with_is_said_in_russian(web_app: WebApp) -> None:
    book, schedule = SqlTaskBook(web_app.engine), SqlSchedule(web_app.engine)
    task_id = book.add("classifier.learn", "boss")
    book.failed(
        book.claim(task_id, "w1"), told(InvalidModel(Path("old.npz"), "it is missing or no archive")), again_in_seconds=None
    )
    run = schedule.begin("mail.send", token=1, worker="w1")
    schedule.end("mail.send", run, told(ChannelDown("the mail server does not answer (OSError)")))
    async with web_app.signed_in("operator") as browser:
        page = await browser.get("/background", headers={"Accept-Language": "ru"})

    assert "InvalidModel: в old.npz нет классификатора: файла нет или это не архив." in page.text
    assert "ChannelDown: почтовый сервер не отвечает (OSError)" in page.text


async def test_a_task_that_failed_need_not_wait_for_its_next_attempt(web_app: WebApp) -> None:
    book = SqlTaskBook(web_app.engine)
    task_id = book.add("reports.make", "R-17")
    book.failed(book.claim(task_id, "w1"), "OSError: no route", again_in_seconds=3600)
    async with web_app.signed_in("operator") as browser:
        page = await browser.get("/background")

        answer = await browser.post(f"/background/waiting/{task_id}/now", {})
        again = await browser.post(f"/background/waiting/{task_id}/now", {})

    assert f"/background/waiting/{task_id}/now" in page.text
    assert (answer.status_code, again.status_code) == (303, 404)
    assert book.claim(task_id, "w2").attempts == 2


async def test_a_dead_letter_is_dropped_and_the_rest_is_sent_again(web_app: WebApp) -> None:
    dropped, _kept = dead_letter(web_app, "R-1"), dead_letter(web_app, "R-2")
    async with web_app.signed_in("operator") as browser:
        await browser.get("/background")

        await browser.post(f"/background/dead/{dropped}/drop", {})
        await browser.post("/background/dead/requeue-all", {})

    assert [task.subject_id for task in SqlTaskBook(web_app.engine).unfinished()] == ["R-2"]


async def test_others_may_neither_see_nor_send(web_app: WebApp) -> None:
    task_id = dead_letter(web_app, "R-1")
    async with web_app.signed_in("manager") as browser:
        page = await browser.get("/background")

        answer = await browser.post(f"/background/dead/{task_id}/requeue", {})

    assert (page.status_code, answer.status_code) == (403, 403)
    assert SqlTaskBook(web_app.engine).counts()[TaskState.DEAD] == 1
