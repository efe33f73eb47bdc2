// Keys. Every one is declared in the page as [data-key] and listed in the dialog that `?` opens, so none is secret.
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable='true'], .djs-container, .fjs-container, .cm-editor");

function combination(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // The physical key, so that Ctrl+Alt+C works on a Cyrillic layout too.
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  parts.push((letter ?? event.key).toLowerCase());
  return parts.join("+");
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  const at = focused >= 0 ? focused : rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const row = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  (row?.matches("a") ? row : row?.querySelector("a"))?.focus();
}

/** Who opened something from a list goes on inside it, not at the page's first link; whoever is elsewhere already stays. */
function beginInside() {
  if (document.activeElement === document.body) document.querySelector("[data-focus]")?.focus({ preventScroll: true });
}

export function startShortcuts() {
  beginInside();
  document.addEventListener("keydown", (event) => {
    const keys = combination(event);
    const plain = !keys.startsWith("ctrl");
    if (plain && typing(event.target)) return;
    if (plain && document.querySelector("dialog[open]")) return;
    if (keys === "j" || keys === "k") return move(keys === "j" ? 1 : -1);
    const target = document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
    if (!target) return;
    event.preventDefault();
    if (!target.matches("input, textarea, select")) return target.click();
    // What is folded away cannot be typed into.
    target.closest("details")?.setAttribute("open", "");
    target.focus();
  });
}
