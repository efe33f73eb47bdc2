// <time data-ago> counts on its own: "5 minutes ago" must not stay so for an hour. <time data-local> is told in the zone of
// whoever reads it.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const EVERY_MS = 15000;

function ago(seconds, format) {
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return format.format(Math.round(seconds / size), unit);
}

function update() {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
  for (const node of document.querySelectorAll("time[data-ago]")) {
    const seconds = (new Date(node.dateTime) - Date.now()) / 1000;
    node.textContent = ago(Math.abs(seconds) < 1 ? 0 : seconds, format);
  }
  const local = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const node of document.querySelectorAll("time[data-local]")) node.textContent = local.format(new Date(node.dateTime));
}

export function startTimes() {
  update();
  setInterval(update, EVERY_MS);
  document.addEventListener("penstock:replaced", update);
}
