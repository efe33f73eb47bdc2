import { is } from "bpmn-js/lib/util/ModelUtil";

// Execution listeners are for service tasks in Zeebe 8.5, listeners of user tasks for later engines, and a deployment refuses the
// others: the panel offers none of those, but shows those that a file brought along, so that they can be removed.
const EXECUTION = "Zeebe__ExecutionListeners";
const LISTENERS = new Set([EXECUTION, "Zeebe__TaskListeners"]);
const AFTER_THE_OTHERS = 200;

class ListenersThatRun {
  static $inject = ["propertiesPanel"];

  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(AFTER_THE_OTHERS, this);
  }

  getGroups(element) {
    const runs = (id) => id === EXECUTION && is(element, "bpmn:ServiceTask");
    return (groups) => groups.filter(({ id, items }) => !LISTENERS.has(id) || runs(id) || items.length > 0);
  }
}

export const listenersThatRun = { __init__: ["listenersThatRun"], listenersThatRun: ["type", ListenersThatRun] };
