// htmx: parts of a page that come from the server as HTML. It may not evaluate anything, and it sends the CSRF token.
import htmx from "htmx.org";
import "idiomorph/htmx";
import { csrfToken, text } from "./page.js";
import { toast } from "./toasts.js";

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

export function startFragments() {
  keepFolds();
  Object.assign(htmx.config, { allowEval: false, allowScriptTags: false, includeIndicatorStyles: false, historyCacheSize: 0, selfRequestsOnly: true });
  document.addEventListener("htmx:configRequest", dropEmpty);
  document.addEventListener("htmx:afterSettle", (event) => {
    event.detail.elt.dispatchEvent(new CustomEvent("penstock:replaced", { bubbles: true }));
  });
  document.addEventListener("htmx:responseError", ({ detail }) => toast(text("request_failed", { status: detail.xhr.status }), "bad"));
  document.addEventListener("htmx:sendError", () => toast(text("server_unreachable"), "bad"));
}
