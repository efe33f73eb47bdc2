// What a drawing without colours of its own is drawn in: the page's, so that it follows the theme.
export const COLOURS = { defaultFillColor: "var(--surface)", defaultStrokeColor: "var(--ink-2)", defaultLabelColor: "var(--ink)" };
