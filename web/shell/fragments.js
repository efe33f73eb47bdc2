// htmx: parts of a page that come from the server as HTML. It may not evaluate anything, and it sends the CSRF token.
import htmx from "htmx.org";
import "idiomorph/htmx";
import { csrfToken, text } from "./page.js";
import { fade, toast } from "./toasts.js";

/** Filters leave empty fields out of the address, so that it reads well and can be shared. */
function dropEmpty({ detail }) {
  if (detail.verb !== "get") {
    detail.headers["X-CSRF-Token"] = csrfToken();
    return;
  }
  for (const [name, value] of [...detail.formData.entries()]) if (value === "") detail.formData.delete(name);
}

/** A fold that the reader has opened stays open when its part of the page is renewed. */
function keepFolds() {
  let open = [];
  document.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("details[open][id]")].map(({ id }) => id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  });
}

/** A request that failed is told once for each address; the note goes when the same request, or any where the server was away, succeeds. */
function tellOfFailures() {
  const AWAY = Symbol("the server is away");
  const told = new Map();
  const tell = (key, message) => {
    told.get(key)?.remove();
    told.set(key, toast(message, "bad"));
  };
  const path = (detail) => detail.pathInfo.requestPath;
  document.addEventListener("htmx:responseError", ({ detail }) => tell(path(detail), text("request_failed", { status: detail.xhr.status })));
  document.addEventListener("htmx:sendError", () => tell(AWAY, text("server_unreachable")));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful) return;
    for (const key of [AWAY, path(detail)]) {
      if (told.has(key)) fade(told.get(key));
      told.delete(key);
    }
  });
}

export function startFragments() {
  keepFolds();
  Object.assign(htmx.config, { allowEval: false, allowScriptTags: false, includeIndicatorStyles: false, historyCacheSize: 0, selfRequestsOnly: true });
  document.addEventListener("htmx:configRequest", dropEmpty);
  document.addEventListener("htmx:afterSettle", (event) => {
    event.detail.elt.dispatchEvent(new CustomEvent("penstock:replaced", { bubbles: true }));
  });
  tellOfFailures();
}
