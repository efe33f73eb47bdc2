// A slider over one instance's past: at each moment the diagram shows its tokens, the table its variables as they were.
import { element, text } from "../shell/page.js";

const PLAY_MS = 700;
const time = (at) => new Date(at).getTime();

/** Counts per element at `moment`, from steps {element_id, started, ended, state}. */
function countsAt(steps, moment) {
  const counts = {};
  for (const step of steps) {
    if (time(step.started) > moment) continue;
    const kind = step.ended && time(step.ended) <= moment ? (step.state === "TERMINATED" ? "canceled" : "completed") : "active";
    counts[step.element_id] ??= {};
    counts[step.element_id][kind] = (counts[step.element_id][kind] ?? 0) + 1;
  }
  return counts;
}

function variablesAt(history, moment) {
  const values = new Map();
  for (const change of history) if (time(change.at) <= moment) values.set(change.name, change.value);
  return values;
}

function variableRows(history, moment, before) {
  const earlier = variablesAt(history, before);
  return [...variablesAt(history, moment)].map(([name, value]) => {
    const isNew = earlier.get(name) !== value;
    return element("tr", { class: isNew ? "changed" : null },
      element("td", { class: "tight mono" }, name), element("td", {}, element("span", { class: "value" }, value)));
  });
}

function moments(steps, history) {
  const all = [...steps.flatMap((step) => [step.started, step.ended]), ...history.map((change) => change.at)];
  return [...new Set(all.filter(Boolean).map(time))].sort((a, b) => a - b);
}

export default function mount(host, data) {
  const stops = moments(data.steps, data.variables);
  if (stops.length < 2) {
    host.append(element("p", { class: "muted small" }, text("replay_nothing")));
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
    when.textContent = isNow ? text("replay_now") : `${format.format(stops[at])} · ${at + 1}/${stops.length}`;
    slider.setAttribute("aria-valuetext", when.textContent);
    rows.replaceChildren(...variableRows(data.variables, stops[at], stops[at - 1] ?? 0));
    document.dispatchEvent(new CustomEvent("penstock:moment", { detail: { isNow, counts: countsAt(data.steps, stops[at]), taken: [] } }));
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
