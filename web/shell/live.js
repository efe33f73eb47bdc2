// Updates without reload. The server tells by /events which topics changed; every [data-live="topic …"][id] region that
// names one is fetched again from this page's own address and morphed in place, so focus, scroll and selection stay. The head
// of the page tells the same state as its regions, so it is renewed with any of them.
import { Idiomorph } from "idiomorph";

const PAUSE_MS = 1000;
// A server that could not answer is asked again after this long.
const RETRY_MS = 5000;
const HIDDEN_MS = 60000;
const HEAD = "page-head";
let due = new Set();
let timer = null;
let last = 0;

const topicsOf = (region) => region.dataset.live.split(/\s+/);

function isBeingEdited(node) {
  return node instanceof HTMLElement && (node.matches("dialog[open], details[open].menu, [data-island], [data-keep]")
    || (node === document.activeElement && node.matches("input, textarea, select")));
}

const MORPH = {
  morphStyle: "outerHTML",
  callbacks: {
    beforeNodeMorphed: (old) => !isBeingEdited(old),
    // A ticked row stays ticked: what the reader chose is not the server's to forget.
    beforeAttributeUpdated: (name) => !["checked", "open", "aria-busy"].includes(name),
  },
};

// Throws where the answer may come another time; a page that is gone, or a session that is over, stays as it is.
export async function refresh(topics) {
  const regions = [...document.querySelectorAll("[data-live][id]")].filter(
    (region) => !topics || topicsOf(region).some((topic) => topics.has(topic)),
  );
  if (regions.length === 0) return;
  const response = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin" });
  if (response.status === 429 || response.status >= 500) throw new Error(`${location.href}: ${response.status}`);
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const head = document.getElementById(HEAD);
  for (const region of head ? [head, ...regions] : regions) {
    const replacement = fresh.getElementById(region.id);
    if (!replacement) continue;
    Idiomorph.morph(region, replacement, MORPH);
    document.getElementById(region.id)?.dispatchEvent(new CustomEvent("penstock:replaced", { bubbles: true }));
  }
}

async function flush() {
  timer = null;
  if (document.hidden || due.size === 0) return;
  const topics = due;
  due = new Set();
  const begun = Date.now();
  document.dispatchEvent(new CustomEvent("penstock:changed", { detail: { topics } }));
  let rest = 0;
  try {
    await refresh(topics);
  } catch {
    for (const topic of topics) due.add(topic);
    rest = RETRY_MS;
  }
  // A page that is slow to make is asked for less often.
  last = Date.now() + 2 * (Date.now() - begun) + rest;
  if (due.size > 0) schedule();
}

function schedule() {
  timer ??= setTimeout(flush, Math.max(0, last + PAUSE_MS - Date.now()));
}

// What this page shows, and how far its state goes: /events tells of what came later, and only of these topics.
const topicsShown = () => new Set([...document.querySelectorAll("[data-live]")].flatMap(topicsOf));
let seen = document.querySelector('meta[name="live-token"]')?.content ?? "";
let source = null;
let leaving = null;

function listen() {
  const asked = new URLSearchParams({ topics: [...topicsShown()].sort().join(","), since: seen });
  source = new EventSource(`/events?${asked}`);
  const lamp = document.querySelector("[data-live-lamp]");
  source.addEventListener("open", () => {
    lamp?.setAttribute("data-state", "on");
    if (seen) return;
    // The page does not know its own state: look once at what changed between its making and this moment.
    for (const topic of topicsShown()) due.add(topic);
    schedule();
  });
  source.addEventListener("error", () => lamp?.setAttribute("data-state", "off"));
  source.addEventListener("changed", (event) => {
    seen = event.lastEventId || seen;
    for (const topic of JSON.parse(event.data).topics) due.add(topic);
    if (due.size > 0) schedule();
  });
}

function hush() {
  source?.close();
  source = null;
  document.querySelector("[data-live-lamp]")?.setAttribute("data-state", "off");
}

function follow() {
  clearTimeout(leaving);
  // A page that nobody looks at for a while needs no news; it hears what it missed when somebody comes back.
  if (document.hidden) leaving = setTimeout(hush, HIDDEN_MS);
  else if (source === null && navigator.onLine) listen();
  else if (due.size > 0) schedule();
}

export function startLive() {
  if (document.querySelector("[data-live]") === null) return;
  listen();
  document.addEventListener("visibilitychange", follow);
  window.addEventListener("pagehide", hush);
  window.addEventListener("pageshow", follow);
  // Without a network nobody asks in vain, and what was missed comes as soon as it is back.
  window.addEventListener("offline", hush);
  window.addEventListener("online", follow);
}
