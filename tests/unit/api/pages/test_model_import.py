"""A designer opens a file of another engine: it is converted, told about, and deployed with the forms that stood in it."""

from tests.web_app import Browser

FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:activiti="http://activiti.org/bpmn" id="d"
    targetNamespace="t"><process id="leave" isExecutable="true"><startEvent id="s" activiti:initiator="who"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="approve"/><userTask id="approve" name="Approve" activiti:async="true">
<extensionElements><activiti:formProperty id="ok" name="Fine?" type="boolean"/>
<activiti:taskListener event="create" class="org.example.&lt;b&gt;"/></extensionElements></userTask>
<sequenceFlow id="f2" sourceRef="approve" targetRef="e"/><endEvent id="e"/></process></definitions>"""
AT_HOME = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
<process id="p" isExecutable="true"><startEvent id="s"/></process></definitions>"""


async def open_file(browser: Browser, name: str, content: bytes):
    await browser.get("/editor")
    return await browser.post(
        "/editor/open",
        files={"file": (name, content)},
        headers={"X-CSRF-Token": browser.csrf_token},
        follow_redirects=True,
    )


async def test_a_file_of_another_engine_is_converted_and_told_about(admin: Browser) -> None:
    page = await open_file(admin, "leave.bpmn20.xml", FOREIGN.encode())

    assert page.url.path.endswith("/import")
    assert "written for Activiti" in page.text
    assert "activiti:taskListener" in page.text
    assert "leave_approve.form" in page.text
    assert "every job on Zeebe is asynchronous" in page.text
    assert "org.example.<b>" not in page.text


async def test_the_draft_is_the_converted_file_and_its_first_version_the_file_as_it_was(admin: Browser) -> None:
    page = await open_file(admin, "leave.bpmn", FOREIGN.encode())

    draft = (await admin.get(page.url.path.removesuffix("/import"))).text

    assert "zeebe:userTask" in draft
    assert "http://activiti.org/bpmn" not in draft


async def test_a_file_in_another_encoding_is_opened(admin: Browser) -> None:
    content = FOREIGN.replace("UTF-8", "UTF-16").replace("Approve", "Согласовать").encode("utf-16")

    page = await open_file(admin, "leave.bpmn", content)

    assert page.url.path.endswith("/import")
    assert "Согласовать" in (await admin.get(page.url.path.removesuffix("/import"))).text


async def test_a_file_for_zeebe_is_opened_as_it_is(admin: Browser) -> None:
    page = await open_file(admin, "p.bpmn", AT_HOME.encode())

    assert not page.url.path.endswith("/import")
    assert "needs no conversion" in (await admin.get(f"{page.url.path}/import")).text


async def test_a_file_that_is_no_text_is_refused(admin: Browser) -> None:
    page = await open_file(admin, "p.bpmn", b"\xff\xfe\x00\x80nothing")

    assert page.url.path == "/editor"
    assert "UTF-8" in page.text


async def test_a_file_with_an_entity_of_its_own_stays_unread(admin: Browser) -> None:
    content = '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>é&b;</a>'

    page = await open_file(admin, "p.bpmn", content.encode("iso-8859-1"))

    assert page.url.path == "/editor"
    assert "root:" not in page.text


async def test_the_report_speaks_russian(admin: Browser) -> None:
    page = await open_file(admin, "leave.bpmn", FOREIGN.encode())

    report = (await admin.get(page.url.path, headers={"Accept-Language": "ru"})).text

    assert "Осталось сделать" in report
    assert "на Zeebe любое задание асинхронно" in report
