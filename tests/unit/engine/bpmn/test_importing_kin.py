"""What models of Camunda 7, Activiti, Flowable and SpiffArena bring with them: forms, loops, data, parts in any order."""

import json
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from cli.import_models import app
from engine import feel
from engine.bpmn import Severity, lint, read_bpmn
from engine.bpmn.importing import Outcome, import_model
from engine.bpmn.importing.translate import to_feel

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:activiti="http://activiti.org/bpmn"'
    ' xmlns:modeler="http://camunda.org/schema/modeler/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="t"'
)


def model(inside, after="", attributes=""):
    """A process `p` with a start `s`, what is given, and an end `e`; the flows lead through the elements with an id `t…`."""
    return (
        f'{HEAD} {attributes}><bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/>'
        f'<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>{inside}<bpmn:endEvent id="e"/>'
        f'<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/></bpmn:process>{after}</bpmn:definitions>'
    ).encode()


def extended(text):
    return f"<bpmn:extensionElements>{text}</bpmn:extensionElements>"


def imported_task(inside, after=""):
    imported = import_model(model(inside, after), "p.bpmn")
    return imported, read_bpmn(imported.content, "p.bpmn")[0].elements["t"]


def told(imported, outcome):
    return [f"{note.what} | {note.why} | {note.source}" for note in imported.notes if note.outcome is outcome]


def test_activiti_says_the_same_under_a_name_of_its_own():
    imported, task = imported_task(
        '<bpmn:userTask id="t" activiti:assignee="${user}">'
        + extended('<activiti:taskListener event="create" class="a.B"/>')
        + '<bpmn:multiInstanceLoopCharacteristics activiti:collection="users" activiti:elementVariable="user"/></bpmn:userTask>'
    )

    assert imported.dialect == "Activiti"
    assert task.user_task.assignee.source == "user"
    assert task.loop.input_element == "user"
    assert any('<activiti:taskListener event="create" class="a.B"/>' in note for note in told(imported, Outcome.PERSON))
    assert b"activiti" not in imported.content


def test_form_fields_become_a_form_of_their_own():
    imported, task = imported_task(
        '<bpmn:userTask id="t">'
        + extended(
            '<camunda:formData><camunda:formField id="count" label="How many" type="long" defaultValue="3"><camunda:validation>'
            '<camunda:constraint name="required"/><camunda:constraint name="min" config="1"/></camunda:validation>'
            '</camunda:formField><camunda:formField id="kind" label="Kind" type="enum"><camunda:value id="a" name="Type A"/>'
            '</camunda:formField><camunda:formField id="paint" label="Paint" type="colour"/></camunda:formData>'
        )
        + "</bpmn:userTask>"
    )

    form = json.loads(imported.forms[0].content)
    assert task.user_task.form_id.source == form["id"] == imported.forms[0].form_id == "p_t"
    assert [(each["type"], each["key"], each["label"]) for each in form["components"]] == [
        ("number", "count", "How many"),
        ("select", "kind", "Kind"),
        ("textfield", "paint", "Paint"),
    ]
    assert form["components"][0]["defaultValue"] == 3
    assert form["components"][0]["validate"] == {"required": True, "min": 1}
    assert form["components"][1]["values"] == [{"value": "a", "label": "Type A"}]
    assert ["colour" in note for note in told(imported, Outcome.PERSON)] == [True]


def test_the_command_writes_the_forms_beside_the_model(tmp_path):
    property_ = '<camunda:formProperty id="a" name="A" type="string" variable="who" writable="false"/>'
    (tmp_path / "p.bpmn").write_bytes(model(f'<bpmn:userTask id="t">{extended(property_)}</bpmn:userTask>'))

    told_of = CliRunner().invoke(app, [str(tmp_path / "p.bpmn"), "--out", str(tmp_path / "out")])

    form = json.loads((tmp_path / "out" / "p_t.form").read_text())
    assert told_of.exit_code == 0
    assert "p_t.form" in told_of.output
    assert (form["components"][0]["key"], form["components"][0]["readonly"]) == ("who", True)


def test_what_a_loop_counts_has_other_names_and_begins_with_one():
    _, task = imported_task(
        '<bpmn:userTask id="t"><bpmn:multiInstanceLoopCharacteristics camunda:collection="users"><bpmn:completionCondition>'
        "${nrOfCompletedInstances / nrOfInstances >= 0.5 || loopCounter == 4}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )

    condition = task.loop.completion_condition.compiled
    counted = {"numberOfInstances": 4, "numberOfCompletedInstances": 1, "loopCounter": 2}
    assert condition.value(counted) is False
    assert condition.value(counted | {"numberOfCompletedInstances": 2}) is True
    assert condition.value(counted | {"loopCounter": 5}) is True


def test_lists_maps_and_texts_with_expressions_are_handed_over_as_feel():
    _, task = imported_task(
        '<bpmn:serviceTask id="t" camunda:type="external" camunda:topic="t">'
        + extended(
            '<camunda:inputOutput><camunda:inputParameter name="all"><camunda:list><camunda:value>one</camunda:value>'
            "<camunda:value>${two}</camunda:value></camunda:list></camunda:inputParameter>"
            '<camunda:inputParameter name="headers"><camunda:map><camunda:entry key="X-Id">${id}</camunda:entry>'
            "</camunda:map></camunda:inputParameter>"
            '<camunda:inputParameter name="url">https://a.example/${id}</camunda:inputParameter>'
            '<camunda:inputParameter name="digits">007</camunda:inputParameter><camunda:inputParameter name="nothing"/>'
            "</camunda:inputOutput>"
        )
        + "</bpmn:serviceTask>"
    )

    given = {mapping.target[0]: mapping.source.compiled.value({"two": 2, "id": "b"}) for mapping in task.inputs}
    assert given == {
        "all": ["one", 2],
        "headers": {"X-Id": "b"},
        "url": "https://a.example/b",
        "digits": "007",
        "nothing": None,
    }


def test_a_script_that_hands_over_a_value_is_told_whole():
    script = "var a = execution.getVariable('a');\n" * 30

    imported, _ = imported_task(
        '<bpmn:serviceTask id="t" camunda:class="a.B">'
        + extended(
            '<camunda:inputOutput><camunda:inputParameter name="a"><camunda:script scriptFormat="javascript">'
            f"{script}</camunda:script></camunda:inputParameter></camunda:inputOutput>"
        )
        + "</bpmn:serviceTask>"
    )

    assert any(script in note for note in told(imported, Outcome.PERSON))


def test_a_connector_names_its_job_and_its_parameters_come_after_the_tasks():
    imported, task = imported_task(
        '<bpmn:serviceTask id="t">'
        + extended(
            '<camunda:connector><camunda:inputOutput><camunda:inputParameter name="url">${base}</camunda:inputParameter>'
            "</camunda:inputOutput><camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>"
            '<camunda:inputOutput><camunda:inputParameter name="base">${where}</camunda:inputParameter></camunda:inputOutput>'
            "<camunda:failedJobRetryTimeCycle>R5/PT1M</camunda:failedJobRetryTimeCycle>"
        )
        + "</bpmn:serviceTask>"
    )

    assert task.job.type.source == "http-connector"
    assert [mapping.target for mapping in task.inputs] == [("base",), ("url",)]
    assert task.job.retries.source == "5"
    assert any("R5/PT1M" in note for note in told(imported, Outcome.PERSON))


def test_an_error_code_may_stand_in_place_of_an_error():
    content = model(
        '<bpmn:subProcess id="t"><bpmn:startEvent id="is"/><bpmn:sequenceFlow id="if" sourceRef="is" targetRef="ie"/>'
        '<bpmn:endEvent id="ie"><bpmn:errorEventDefinition id="x" errorRef="REJECTED"/></bpmn:endEvent></bpmn:subProcess>'
        '<bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:errorEventDefinition id="y" errorRef="REJECTED"/>'
        '</bpmn:boundaryEvent><bpmn:endEvent id="be"/><bpmn:sequenceFlow id="bf" sourceRef="b" targetRef="be"/>'
    )

    imported = import_model(content, "p.bpmn")

    assert imported.content.count(b'<bpmn:error id="REJECTED" name="REJECTED" errorCode="REJECTED"/>') == 1
    assert imported.for_a_person == ()


def test_only_a_message_that_is_waited_for_needs_a_key():
    imported, _ = imported_task(
        '<bpmn:receiveTask id="t" messageRef="waited"/><bpmn:startEvent id="s2"><bpmn:messageEventDefinition id="m"'
        ' messageRef="begins"/></bpmn:startEvent><bpmn:sequenceFlow id="f3" sourceRef="s2" targetRef="t"/>',
        '<bpmn:message id="waited" name="waited"/><bpmn:message id="begins" name="begins"/>',
    )

    assert imported.content.count(b"zeebe:subscription") == 1
    assert [note.element_id for note in imported.for_a_person] == ["waited"]


def test_parts_in_another_order_than_the_schema_has_are_put_in_order():
    inside = (
        '<bpmn:userTask id="t"><bpmn:incoming>f1</bpmn:incoming><bpmn:multiInstanceLoopCharacteristics'
        ' camunda:collection="users"/><bpmn:outgoing>f2</bpmn:outgoing><bpmn:documentation>Sign.</bpmn:documentation>'
        "</bpmn:userTask>"
    )
    refused = lint(model(inside), "p.bpmn")

    imported = import_model(model(inside), "p.bpmn")

    assert "not expected" in refused[0].message
    assert imported.for_a_person == ()
    assert any("order of BPMN's schema" in note for note in told(imported, Outcome.CONVERTED))


def test_flows_that_only_name_their_ends_are_named_at_the_ends():
    inside = (
        '<bpmn:eventBasedGateway id="t"/><bpmn:sequenceFlow id="f3" sourceRef="t" targetRef="c"/><bpmn:sequenceFlow id="f4"'
        ' sourceRef="t" targetRef="c2"/><bpmn:intermediateCatchEvent id="c"><bpmn:signalEventDefinition id="x" signalRef="sg"/>'
        '</bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="c2"><bpmn:timerEventDefinition id="y">'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    content = model(inside, '<bpmn:signal id="sg" name="sg"/>').replace(
        b'<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/>', b'<bpmn:sequenceFlow id="f2" sourceRef="c" targetRef="e"/>'
    )
    refused = [finding.message for finding in lint(content, "p.bpmn") if finding.severity is Severity.ERROR]

    imported = import_model(content, "p.bpmn")

    assert refused == ["Event-based gateway must have at least 2 outgoing sequence flows."]
    assert imported.for_a_person == ()
    assert b"<bpmn:outgoing>f3</bpmn:outgoing><bpmn:outgoing>f4</bpmn:outgoing>" in imported.content
    assert import_model(imported.content, "p.bpmn").notes == ()


def test_remarks_between_the_elements_stay():
    content = b"<!-- drawn by hand -->" + model('<!-- who signs --><bpmn:manualTask id="t"/>')

    imported = import_model(content, "p.bpmn")

    assert b"<!-- drawn by hand -->" in imported.content
    assert b"<!-- who signs -->" in imported.content


def test_a_modeller_opens_the_converted_file_for_the_platform_it_is_for():
    content = model('<bpmn:manualTask id="t"/>', attributes='modeler:executionPlatform="Camunda Platform"')

    imported = import_model(content, "p.bpmn")

    assert b'modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.5.0"' in imported.content


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<bpmn:conditionExpression>${a}</bpmn:conditionExpression>", "a"),
        ("<bpmn:conditionExpression> true </bpmn:conditionExpression>", "true"),
        ('<bpmn:conditionExpression language="groovy">a == true</bpmn:conditionExpression>', "a = true"),
        ("<bpmn:conditionExpression><![CDATA[${list.size() > 2}]]></bpmn:conditionExpression>", "count(list) > 2"),
        ("<bpmn:conditionExpression>yes, if paid</bpmn:conditionExpression>", "null"),
        ('<bpmn:conditionExpression language="groovy">list.find { it }</bpmn:conditionExpression>', "null"),
    ],
)
def test_a_condition_is_read_in_the_language_it_is_written_in(given, expected):
    content = model(
        '<bpmn:exclusiveGateway id="t" default="f2"/>'
        f'<bpmn:sequenceFlow id="f3" sourceRef="t" targetRef="e">{given}</bpmn:sequenceFlow>'
    )

    imported = import_model(content, "p.bpmn")

    flows = read_bpmn(imported.content, "p.bpmn")[0].elements["t"].outgoing
    assert next(flow for flow in flows if flow.id == "f3").condition.source == expected
    assert bool(imported.for_a_person) is (expected == "null")


VARIABLES = {"l": [3, 1, 2], "s": "Ab", "m": {"k": 1, "a b": 2}, "n": 7, "x": None, "e": []}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("len(l) + l.size()", 6),
        ("int('12') + int(-7.9)", 5),
        ("round(7.256, 2)", Decimal("7.26")),
        ("round(7.5)", 8),
        ("s.toLowerCase().equals('ab')", True),
        ("s.startsWith('A') && !s.isEmpty()", True),
        ("empty x and empty e and not empty n", True),
        ("n % 3 == 1 ? m['a b'] : 0", 2),
        ("m.get('k', 5) + m.get('q', 5)", 6),
        ("l[0] - l[-1]", 1),
        ("execution.getVariable('n') - (3 - 1)", 5),
        ("(n + 1) * 2 / 4", 4),
        ("execution.hasVariable('x')", False),
        ("{'a': [n, s]}.a[1]", "Ab"),
    ],
)
def test_an_expression_means_in_feel_what_it_meant(given, expected):
    assert feel.evaluate(to_feel(given), VARIABLES).value == expected


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        ({"groups": "b, c"}, ["b", "c"]),
        ({"groups": ["b", "c"]}, ["b", "c"]),
        ({"groups": None}, []),
    ],
)
def test_candidates_are_a_list_where_they_are_computed(given, groups):
    _, task = imported_task('<bpmn:userTask id="t" camunda:candidateGroups="${groups}" camunda:candidateUsers="ann,bob"/>')

    assert task.user_task.candidate_groups.compiled.value(given) == groups
    assert task.user_task.candidate_users.source == "ann,bob"


def test_a_manual_task_of_spiffarena_waits_for_a_person():
    instructions = "<spiffworkflow:instructionsForEndUser># Call {{name}}</spiffworkflow:instructionsForEndUser>"

    imported, task = imported_task(f'<bpmn:manualTask id="t">{extended(instructions)}</bpmn:manualTask>')

    assert task.user_task.form_id.source == "p_t"
    assert json.loads(imported.forms[0].content)["components"][0]["text"] == "# Call {{name}}"


def test_a_python_script_of_assignments_is_one_of_feel():
    _, task = imported_task(
        '<bpmn:scriptTask id="t" spiffworkflow:x="1"><bpmn:script>\n# what it costs\ntotal = price * 2\n'
        "answer = {\n  'total': total,\n  'items': [1, 2],\n}\n</bpmn:script></bpmn:scriptTask>"
    )

    value = task.script.expression.compiled.value({"price": 3})
    assert value == {"total": 6, "answer": {"total": 6, "items": [1, 2]}}
    assert [mapping.target for mapping in task.outputs] == [("total",), ("answer",)]


@pytest.mark.parametrize(
    "script", ["a = 1\na = 2", "for x in y:\n    a = x", "print(a)", "a, b = 1, 2", "a = f'{b}'", "a += 1"]
)
def test_more_than_assignments_is_kept_for_a_worker(script):
    imported, task = imported_task(
        f'<bpmn:scriptTask id="t" spiffworkflow:x="1"><bpmn:script>{script}</bpmn:script></bpmn:scriptTask>'
    )

    assert task.job.headers == {"script": script}
    assert any(script in note for note in told(imported, Outcome.PERSON))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("'PT5M'", "PT5M"),
        ("timedelta(minutes=5)", "PT5M"),
        ("timedelta(weeks=1, days=1, hours=2)", "P8DT2H"),
        ("timedelta(seconds=wait)", "timedelta(seconds=wait)"),
    ],
)
def test_a_timer_of_spiffarena_is_python(given, expected):
    imported = import_model(
        model(
            '<bpmn:intermediateCatchEvent id="t" spiffworkflow:x="1"><bpmn:timerEventDefinition id="td"><bpmn:timeDuration>'
            f"{given}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
        ),
        "p.bpmn",
    )

    assert f"<bpmn:timeDuration>{expected}</bpmn:timeDuration>".encode() in imported.content


def test_cells_of_a_decision_in_another_language_are_feel():
    content = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
      <decision id="x" name="x"><decisionTable id="t"><input id="i">
      <inputExpression id="ie" expressionLanguage="juel"><text>${a + 1}</text>
      </inputExpression></input><output id="o" name="r"/><rule id="r"><inputEntry id="c" expressionLanguage="groovy">
      <text>cellInput == 2</text></inputEntry><outputEntry id="oe"><text>"b"</text></outputEntry></rule></decisionTable>
      </decision></definitions>"""

    imported = import_model(content, "d.dmn")

    assert b"<text>a + 1</text>" in imported.content
    assert b"<text>? = 2</text>" in imported.content
    assert b"expressionLanguage" not in imported.content
    assert imported.for_a_person == ()


def test_a_transaction_is_refused_once_and_not_at_what_stands_on_its_edge():
    content = model(
        '<bpmn:transaction id="t"><bpmn:startEvent id="is"/></bpmn:transaction><bpmn:boundaryEvent id="b" attachedToRef="t">'
        '<bpmn:escalationEventDefinition id="x"/></bpmn:boundaryEvent>'
    )

    refused = [finding.element_id for finding in lint(content, "p.bpmn") if finding.severity is Severity.ERROR]

    assert refused == ["t"]
