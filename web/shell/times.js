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
  const within = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  const local = new Intl.DateTimeFormat(document.documentElement.lang, within);
  const withYear = new Intl.DateTimeFormat(document.documentElement.lang, { ...within, year: "numeric" });
  for (const node of document.querySelectorAll("time[data-local]")) {
    const at = new Date(node.dateTime);
    node.textContent = (at.getFullYear() === new Date().getFullYear() ? local : withYear).format(at);
  }
}

export function startTimes() {
  update();
  setInterval(update, EVERY_MS);
  document.addEventListener("penstock:replaced", update);
}
