// The editors' own parts in the page's language. They have English texts alone; what the dictionaries lack stays English.
import { DECISIONS } from "./russian/decisions.js";
import { FORMS } from "./russian/forms.js";
import { PROCESSES } from "./russian/processes.js";

const isRussian = () => document.documentElement.lang === "ru";

const module = (texts) => ({
  translate: [
    "value",
    (template, values = {}) =>
      ((isRussian() && texts[template]) || template).replace(/\{([^}]+)\}/g, (whole, name) => values[name] ?? whole),
  ],
});

/** Modules for bpmn-js and for each viewer of dmn-js. */
export const spokenProcesses = module(PROCESSES);
export const spokenDecisions = module({ ...PROCESSES, ...DECISIONS });

const ATTRIBUTES = ["title", "placeholder", "aria-label"];
// What the designer wrote, and what they are writing: an element's own name, an option's, an expression.
const DESIGNERS = ".cm-editor, [contenteditable], .bio-properties-panel-header-label, .bio-properties-panel-collapsible-entry-header-title";
// "Create a Text field element", "Remove Text field".
const PALETTE_TITLE = /^Create an? (?<kind>.+) element$|^Remove (?<gone>.+)$/;

class Exchange {
  constructor(places, texts) {
    this.places = places;
    this.texts = texts;
  }

  inRussian(said) {
    const { kind, gone } = PALETTE_TITLE.exec(said)?.groups ?? {};
    if (kind) return `Добавить: ${this.texts[kind] ?? kind}`;
    if (gone) return `Удалить: ${this.texts[gone] ?? gone}`;
    return this.texts[said];
  }

  exchange(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = this.texts[node.data.trim()];
      if (said && !node.parentElement?.closest(DESIGNERS)) node.data = said;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of ATTRIBUTES) {
      const said = this.inRussian(node.getAttribute(name)?.trim() ?? "");
      if (said) node.setAttribute(name, said);
    }
    node.childNodes.forEach((child) => this.exchange(child));
  }

  isInPlace(node) {
    return (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest(this.places);
  }

  watch(host) {
    const options = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES };
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        if (this.isInPlace(target)) this.exchange(target);
        for (const node of addedNodes) {
          if (this.isInPlace(node)) this.exchange(node);
          else node.querySelectorAll?.(this.places).forEach((place) => this.exchange(place));
        }
      }
    }).observe(host, options);
  }
}

/**
 * The parts that ask nobody for their texts: all of form-js' editor, some of bpmn-js' properties. Their texts are exchanged where
 * they appear, beside the drawing or form and never in it.
 */
export function speakBeside(host, kind) {
  if (!isRussian()) return;
  if (kind === "form") new Exchange(".fjs-palette-container, .fjs-properties-container, .fjs-context-pad", FORMS).watch(host);
  else new Exchange(".bio-properties-panel", PROCESSES).watch(host);
}
