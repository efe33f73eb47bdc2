// A slider over one instance's past: at each moment the diagram shows its tokens, the table its variables as they were.
import { element, text } from "../shell/page.js";

const PLAY_MS = 700;

/** Counts per element once the record at `position` was written, from steps {element_id, state, began, ended}. */
function countsAt(steps, position) {
  const counts = {};
  for (const step of steps) {
    if (step.began.position > position) continue;
    const kind = step.ended && step.ended.position <= position ? (step.state === "TERMINATED" ? "canceled" : "completed") : "active";
    counts[step.element_id] ??= {};
    counts[step.element_id][kind] = (counts[step.element_id][kind] ?? 0) + 1;
  }
  return counts;
}

function variablesAt(history, position) {
  const values = new Map();
  for (const change of history) if (change.set.position <= position) values.set(change.name, change.value);
  return values;
}

function variableRows(history, position, before) {
  const earlier = variablesAt(history, before);
  return [...variablesAt(history, position)].map(([name, value]) => {
    const isNew = earlier.get(name) !== value;
    return element("tr", { class: isNew ? "changed" : null },
      element("td", { class: "tight mono" }, name), element("td", {}, element("span", { class: "value" }, value)));
  });
}

/** Every record {position, at} that changed something, once and in order: time is too coarse, many share a millisecond. */
function moments(steps, history) {
  const all = [...steps.flatMap((step) => [step.began, step.ended]), ...history.map((change) => change.set)].filter(Boolean);
  return [...new Map(all.map((each) => [each.position, each])).values()].sort((a, b) => a.position - b.position);
}

export default function mount(host, data) {
  const stops = moments(data.steps, data.variables);
  if (stops.length < 2) {
    host.replaceChildren(element("p", { class: "pad muted small" }, text("replay_nothing")));
    return {};
  }
  const slider = element("input", { type: "range", min: 0, max: stops.length - 1, value: stops.length - 1, "aria-label": text("replay_moment") });
  const play = element("button", { type: "button", class: "button compact" }, text("replay_play"));
  const when = element("output", { class: "number small quiet" });
  const rows = element("tbody");
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "medium" });
  const show = () => {
    const at = Number(slider.value);
    const isNow = at === stops.length - 1;
    when.textContent = isNow ? text("replay_now") : `${format.format(new Date(stops[at].at))} · ${at + 1}/${stops.length}`;
    slider.setAttribute("aria-valuetext", when.textContent);
    rows.replaceChildren(...variableRows(data.variables, stops[at].position, stops[at - 1]?.position ?? -1));
    document.dispatchEvent(new CustomEvent("penstock:moment", { detail: { isNow, counts: countsAt(data.steps, stops[at].position), taken: [] } }));
  };
  let timer = null;
  const pause = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = text("replay_play");
  };
  play.addEventListener("click", () => {
    if (timer) return pause();
    if (Number(slider.value) === stops.length - 1) slider.value = 0;
    show();
    play.textContent = text("replay_pause");
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      show();
      if (Number(slider.value) === stops.length - 1) pause();
    }, PLAY_MS);
  });
  slider.addEventListener("input", () => { pause(); show(); });
  host.replaceChildren(
    element("div", { class: "replay" }, play, slider, when),
    element("div", { class: "table-wrap" }, element("table", { class: "table" }, rows)),
  );
  show();
  return {};
}
