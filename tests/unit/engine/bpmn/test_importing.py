"""Models of Camunda 7 and SpiffArena become deployable, and the report names every thing that was touched or left."""

import json

import pytest
from typer.testing import CliRunner

from cli.import_models import app
from engine.bpmn import InvalidBpmn, read_bpmn
from engine.bpmn.importing import Outcome, import_model
from engine.bpmn.importing.translate import NotTranslatable, juel, to_feel

CAMUNDA_7 = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="http://camunda.org/examples">
  <bpmn:message id="paid" name="paid"/>
  <bpmn:process id="invoice" name="Invoice" isExecutable="true" camunda:historyTimeToLive="180" camunda:versionTag="1.2">
    <bpmn:startEvent id="start"
        camunda:formKey="embedded:app:forms/start.html"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:serviceTask id="archive" name="Archive invoice" camunda:type="external" camunda:topic="archive"
        camunda:asyncBefore="true">
      <bpmn:extensionElements>
        <camunda:inputOutput>
          <camunda:inputParameter name="amount">${invoice.total}</camunda:inputParameter>
          <camunda:inputParameter name="kind">plain</camunda:inputParameter>
          <camunda:inputParameter name="made"><camunda:script scriptFormat="groovy">1 +
        1</camunda:script></camunda:inputParameter>
          <camunda:outputParameter name="archived">${result}</camunda:outputParameter>
        </camunda:inputOutput>
        <camunda:executionListener class="org.example.Listener" event="start"/>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:userTask id="approve" name="Approve" camunda:assignee="${approver}"
        camunda:candidateGroups="accounting" camunda:formRef="approve">
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="approved" name="Approved?" default="f5">
      <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f4</bpmn:outgoing><bpmn:outgoing>f5</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:serviceTask id="pay" name="Pay" camunda:delegateExpression="${payBean}">
      <bpmn:incoming>f4</bpmn:incoming><bpmn:outgoing>f6</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:intermediateCatchEvent id="wait"><bpmn:incoming>f6</bpmn:incoming><bpmn:outgoing>f7</bpmn:outgoing>
      <bpmn:messageEventDefinition id="m" messageRef="paid"/></bpmn:intermediateCatchEvent>
    <bpmn:callActivity id="review" calledElement="review-case">
      <bpmn:extensionElements><camunda:in source="clerk" target="reviewer"/><camunda:out
        variables="all"/></bpmn:extensionElements>
      <bpmn:incoming>f5</bpmn:incoming><bpmn:outgoing>f8</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics camunda:collection="${clerks}" camunda:elementVariable="clerk"/>
    </bpmn:callActivity>
    <bpmn:endEvent id="end"><bpmn:incoming>f7</bpmn:incoming><bpmn:incoming>f8</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="archive"/>
    <bpmn:sequenceFlow id="f2" sourceRef="archive" targetRef="approve"/>
    <bpmn:sequenceFlow id="f3" sourceRef="approve" targetRef="approved"/>
    <bpmn:sequenceFlow id="f4" sourceRef="approved" targetRef="pay">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${approved == true &amp;&amp;
        !blocked}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f5" sourceRef="approved" targetRef="review"/>
    <bpmn:sequenceFlow id="f6" sourceRef="pay" targetRef="wait"/>
    <bpmn:sequenceFlow id="f7" sourceRef="wait" targetRef="end"/>
    <bpmn:sequenceFlow id="f8" sourceRef="review" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>
"""

SPIFF = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="order" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:scriptTask id="total"><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
      <bpmn:script>total = price * count</bpmn:script></bpmn:scriptTask>
    <bpmn:scriptTask id="clean" name="Clean up"><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:script>a = 1
del b</bpmn:script></bpmn:scriptTask>
    <bpmn:manualTask id="show"><bpmn:extensionElements>
        <spiffworkflow:instructionsForEndUser>Look at it</spiffworkflow:instructionsForEndUser></bpmn:extensionElements>
      <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f4</bpmn:outgoing></bpmn:manualTask>
    <bpmn:serviceTask id="send"><bpmn:extensionElements>
        <spiffworkflow:serviceTaskOperator id="slack/PostMessage" resultVariable="answer"><spiffworkflow:parameters>
          <spiffworkflow:parameter id="channel" type="str" value="'sales'"/></spiffworkflow:parameters>
        </spiffworkflow:serviceTaskOperator></bpmn:extensionElements>
      <bpmn:incoming>f4</bpmn:incoming><bpmn:outgoing>f5</bpmn:outgoing></bpmn:serviceTask>
    <bpmn:exclusiveGateway id="large" default="f7"><bpmn:incoming>f5</bpmn:incoming>
      <bpmn:outgoing>f6</bpmn:outgoing><bpmn:outgoing>f7</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:endEvent id="yes"><bpmn:incoming>f6</bpmn:incoming></bpmn:endEvent>
    <bpmn:endEvent id="no"><bpmn:incoming>f7</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="total"/>
    <bpmn:sequenceFlow id="f2" sourceRef="total" targetRef="clean"/>
    <bpmn:sequenceFlow id="f3" sourceRef="clean" targetRef="show"/>
    <bpmn:sequenceFlow id="f4" sourceRef="show" targetRef="send"/>
    <bpmn:sequenceFlow id="f5" sourceRef="send" targetRef="large"/>
    <bpmn:sequenceFlow id="f6" sourceRef="large" targetRef="yes">
      <bpmn:conditionExpression>total &gt; 100 and customer['kind'] == 'new'</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f7" sourceRef="large" targetRef="no"/>
  </bpmn:process>
</bpmn:definitions>
"""


def notes_of(imported, element_id):
    return [(note.outcome, note.what) for note in imported.notes if note.element_id == element_id]


def test_a_camunda_7_model_can_be_deployed_afterwards():
    imported = import_model(CAMUNDA_7, "invoice.bpmn")

    elements = read_bpmn(imported.content, "invoice.bpmn")[0].elements
    assert imported.dialect == "Camunda 7"
    assert b"camunda.org/schema/1.0" not in imported.content
    assert elements["archive"].job.type.source == "archive"
    assert [(mapping.target, mapping.source.source) for mapping in elements["archive"].inputs] == [
        (("amount",), "invoice.total"),
        (("kind",), "plain"),
    ]
    assert elements["approve"].user_task.assignee.source == "approver"
    assert elements["approve"].user_task.candidate_groups.source == "accounting"
    assert elements["approve"].user_task.form_id.source == "approve"
    assert elements["pay"].job.type.source == "pay"
    assert elements["review"].called.process_id.source == "review-case"
    assert elements["review"].called.propagate_all_child_variables
    assert not elements["review"].called.propagate_all_parent_variables
    assert (elements["review"].loop.input_collection.source, elements["review"].loop.input_element) == ("clerks", "clerk")
    assert elements["approved"].outgoing[1].condition.source == "approved = true and not(blocked)"


def test_what_camunda_7_has_and_zeebe_has_not_is_named():
    imported = import_model(CAMUNDA_7, "invoice.bpmn")

    assert (Outcome.DROPPED, "camunda:asyncBefore 'true'") in notes_of(imported, "archive")
    assert (Outcome.PERSON, "the input 'made' made by a script") in notes_of(imported, "archive")
    assert any(what.startswith("camunda:executionListener") for _, what in notes_of(imported, "archive"))
    assert (Outcome.PERSON, "camunda:delegateExpression '${payBean}'") in notes_of(imported, "pay")
    assert (Outcome.PERSON, "the message 'paid'") in notes_of(imported, "paid")
    assert (Outcome.PERSON, "camunda:formKey 'embedded:app:forms/start.html'") in notes_of(imported, "start")
    assert (Outcome.DROPPED, "camunda:historyTimeToLive '180'") in notes_of(imported, "invoice")


def test_a_spiffarena_model_can_be_deployed_afterwards():
    imported = import_model(SPIFF, "order.bpmn")

    elements = read_bpmn(imported.content, "order.bpmn")[0].elements
    assert imported.dialect == "SpiffArena"
    assert (elements["total"].script.expression.source, elements["total"].script.result_variable) == ("price * count", "total")
    assert elements["clean"].job.headers == {"script": "a = 1\ndel b"}
    assert elements["send"].job.type.source == "slack-post-message"
    assert elements["send"].inputs[0].source.compiled.value({}) == "sales"
    assert elements["large"].outgoing[1].condition.source == 'total > 100 and customer.kind = "new"'
    assert elements["show"].user_task.form_id.source == "order_show"
    assert json.loads(imported.forms[0].content)["components"][0]["text"] == "Look at it"


def test_what_is_on_zeebe_already_stays_as_it_is():
    once = import_model(CAMUNDA_7, "invoice.bpmn")

    twice = import_model(once.content, "invoice.bpmn")

    assert (twice.dialect, twice.notes, twice.content) == ("Zeebe", (), once.content)


def test_a_decision_in_another_language_needs_a_person():
    content = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:camunda="http://camunda.org/schema/1.0/dmn"
      id="d" name="d" namespace="n"><decision id="x"><decisionTable id="t"><input id="i" camunda:inputVariable="v">
      <inputExpression id="e" expressionLanguage="groovy"><text>a.find(b)</text></inputExpression></input>
      <output id="o"/></decisionTable></decision></definitions>"""

    imported = import_model(content, "d.dmn")

    assert [(note.element_id, note.outcome) for note in imported.notes] == [("i", Outcome.PERSON), ("e", Outcome.PERSON)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a == 'b'", 'a = "b"'),
        ("a ne null || b.c ge 3", "a != null or b.c >= 3"),
        ("!(a && b)", "not(a and b)"),
        ("!a or b", "not(a) or b"),
        ("not a and b", "not(a) and b"),
        ("len(items) > 0", "count(items) > 0"),
        ("x['y']['z'] == True", "x.y.z = true"),
        ("'say \"hi\"'", '"say \\"hi\\""'),
    ],
)
def test_a_plain_question_is_translated(given, expected):
    assert to_feel(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "execution.setVariable('a', 1)",
        "execution.getVariable(name)",
        "invoices.find(number)",
        "text.contains('a')",
        "[x for x in y]",
        "__import__('os')",
        "list[index]",
        "1 < a < 3",
        "a b",
        "(" * 1000,
        "!" * 1000 + "a",
        "a = ",
        "x" * 5000,
    ],
)
def test_what_is_more_than_a_question_is_left_to_a_person(given):
    with pytest.raises(NotTranslatable):
        to_feel(given)


def test_text_around_an_expression_is_joined_to_it():
    assert juel("accounting") == "accounting"
    assert juel("case-${id}/${part.name}") == '= "case-" + string(id) + "/" + string(part.name)'
    with pytest.raises(NotTranslatable):
        juel("case-${id")


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"])
def test_what_is_no_model_is_refused(content):
    with pytest.raises(InvalidBpmn):
        import_model(content, "x.bpmn")


def test_the_command_writes_the_files_and_tells_what_is_left(tmp_path):
    (tmp_path / "invoice.bpmn").write_bytes(CAMUNDA_7)
    (tmp_path / "broken.bpmn").write_bytes(b"no XML")

    files = [str(tmp_path / "invoice.bpmn"), str(tmp_path / "broken.bpmn")]
    told = CliRunner().invoke(app, [*files, "--out", str(tmp_path / "out")])
    as_json = CliRunner().invoke(app, [files[0], "--out", str(tmp_path / "out"), "--json"])

    assert told.exit_code == 1
    assert "needs a person: serviceTask 'pay' camunda:delegateExpression '${payBean}'" in told.output
    assert "no well-formed XML" in told.output
    assert read_bpmn((tmp_path / "out" / "invoice.bpmn").read_bytes(), "invoice.bpmn")
    assert json.loads(as_json.output)["dialect"] == "Camunda 7"


def test_the_command_does_not_write_over_what_it_reads(tmp_path):
    (tmp_path / "invoice.bpmn").write_bytes(CAMUNDA_7)

    told = CliRunner().invoke(app, [str(tmp_path / "invoice.bpmn"), "--out", str(tmp_path)])

    assert told.exit_code == 1
    assert (tmp_path / "invoice.bpmn").read_bytes() == CAMUNDA_7
