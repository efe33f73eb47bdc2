// Listeners are of later engines, and refused at deployment: the panel offers none, but shows those that a file brought along,
// so that they can be removed.
const LISTENERS = new Set(["Zeebe__ExecutionListeners", "Zeebe__TaskListeners"]);
const AFTER_THE_OTHERS = 200;

class NoNewListeners {
  static $inject = ["propertiesPanel"];

  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(AFTER_THE_OTHERS, this);
  }

  getGroups() {
    return (groups) => groups.filter(({ id, items }) => !LISTENERS.has(id) || items.length > 0);
  }
}

export const noNewListeners = { __init__: ["noNewListeners"], noNewListeners: ["type", NoNewListeners] };
