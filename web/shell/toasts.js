// Short notes at the corner: what was done, or what to do about what was not.
import { element, text } from "./page.js";

const STAY_MS = 6000;

/** A note that goes as the others do. */
export function fade(node) {
  setTimeout(() => node.remove(), STAY_MS);
}

function dismissLater(node) {
  // An error stays until it is read, or until something succeeded after it.
  if (!node.classList.contains("bad")) fade(node);
}

export function toast(message, tone = "good") {
  const close = element("button", { class: "button plain compact square", type: "button", "data-dismiss": true, "aria-label": text("close") }, "×");
  const node = element("div", { class: `toast ${tone}`, role: tone === "bad" ? "alert" : "status" }, element("span", {}, message), close);
  if (tone === "good") document.querySelectorAll(".toasts > .toast.bad:not([data-lasting])").forEach(fade);
  document.querySelector(".toasts")?.append(node);
  dismissLater(node);
  return node;
}

/** Without a network a page says so until it is back: what was sent meanwhile did not arrive. */
function tellOfTheNetwork() {
  let told = null;
  window.addEventListener("offline", () => {
    told ??= toast(text("offline"), "bad");
    told.dataset.lasting = "";
  });
  window.addEventListener("online", () => {
    told?.remove();
    told = null;
  });
}

export function startToasts() {
  document.querySelectorAll(".toast").forEach(dismissLater);
  tellOfTheNetwork();
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-dismiss]")) event.target.closest(".toast, .notice")?.remove();
  });
}
