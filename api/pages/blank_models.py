"""What a designer starts from: the smallest files of each kind that can be deployed."""

from services.modelling import ModelKind

BLANK_BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="definitions" targetNamespace="http://bpmn.io/schema/bpmn"
    modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.5.0">
  <bpmn:process id="new_process" name="New process" isExecutable="true">
    <bpmn:startEvent id="start" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="new_process">
      <bpmndi:BPMNShape id="start_shape" bpmnElement="start"><dc:Bounds x="180" y="160" width="36" height="36" /></bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""

BLANK_DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"
    xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="new_decisions" name="New decisions"
    namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="new_decision" name="New decision">
    <decisionTable id="table" hitPolicy="FIRST">
      <input id="input" label="Input"><inputExpression id="input_expression" typeRef="string"><text>input</text></inputExpression></input>
      <output id="output" label="Output" name="output" typeRef="string" />
      <rule id="rule_1"><inputEntry id="input_entry_1"><text></text></inputEntry><outputEntry id="output_entry_1"><text>"value"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="diagram">
      <dmndi:DMNShape id="shape" dmnElementRef="new_decision"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""

BLANK_FORM = """{
  "id": "new_form",
  "type": "default",
  "schemaVersion": 16,
  "executionPlatform": "Camunda Cloud",
  "executionPlatformVersion": "8.5.0",
  "components": [
    {"type": "textfield", "id": "field_1", "key": "answer", "label": "Answer"}
  ]
}
"""

BLANK = {ModelKind.BPMN: BLANK_BPMN, ModelKind.DMN: BLANK_DMN, ModelKind.FORM: BLANK_FORM}
BLANK_NAMES = {ModelKind.BPMN: "new_process.bpmn", ModelKind.DMN: "new_decisions.dmn", ModelKind.FORM: "new_form.form"}
