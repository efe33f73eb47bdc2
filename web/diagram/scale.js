// The heat map's colours: one ramp from calm to hot, by the square root so that one busy element does not hide the rest.
const STEPS = 6;

export function heatLevel(value, max) {
  if (!value || !max) return 0;
  return Math.max(1, Math.ceil(Math.sqrt(value / max) * STEPS));
}

/** 1234567 ms -> "20 min 34 s": the two largest units. */
export function duration(ms, locale) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return unit(Math.round(ms), "millisecond", locale);
  const parts = [["day", 86400000], ["hour", 3600000], ["minute", 60000], ["second", 1000]];
  const first = parts.findIndex(([, size]) => ms >= size);
  if (first === 3) return unit(Math.round(ms / 100) / 10, "second", locale);
  const [name, size] = parts[first];
  const [next, nextSize] = parts[first + 1];
  const rest = Math.floor((ms % size) / nextSize);
  return unit(Math.floor(ms / size), name, locale) + (rest ? ` ${unit(rest, next, locale)}` : "");
}

function unit(value, name, locale) {
  return new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow" }).format(value);
}

export function number(value, locale) {
  return new Intl.NumberFormat(locale, { notation: value >= 10000 ? "compact" : "standard" }).format(value);
}
