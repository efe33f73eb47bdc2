// Reviewing a change by keyboard: A approves the item in focus, R refuses it, U undoes; the footer counts what is chosen.
const typing = (target) => target.closest?.("textarea, select, input:not([type=radio]), [contenteditable='true']");

export default function mount(form) {
  const chosen = (value) => form.querySelectorAll(`input[data-choice][value="${value}"]:checked`).length;
  const count = () => {
    // Asked anew each time: the page renews its footer when the change comes to its reviewers.
    const tally = form.querySelector("[data-tally]");
    if (!tally) return;
    const counts = { approve: chosen("approve"), refuse: chosen("refuse") };
    const some = counts.approve + counts.refuse > 0;
    tally.textContent = some ? tally.dataset.some.replace(/\{(\w+)\}/g, (_, name) => counts[name]) : tally.dataset.none;
  };
  const mark = (input) => input.closest("[data-row]").setAttribute("data-decision", input.value);
  form.addEventListener("change", (event) => {
    if (event.target.matches("input[data-choice]")) mark(event.target);
    count();
  });
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const letter = /^Key([ARU])$/.exec(event.code)?.[1].toLowerCase();
    const row = document.activeElement?.closest?.("[data-row]");
    const input = letter && row?.querySelector(`input[data-choice="${letter}"]`);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    mark(input);
    count();
    const rows = [...form.querySelectorAll("[data-row]")].filter((each) => each.querySelector("input[data-choice]"));
    rows[rows.indexOf(row) + 1]?.querySelector("h3 a")?.focus();
  };
  document.addEventListener("keydown", onKey);
  count();
  return { destroy: () => document.removeEventListener("keydown", onKey) };
}
