// Asks this browser whether it may be notified, and tells the server where to push.
import { element } from "../shell/page.js";
import { post } from "../shell/request.js";
import { toast } from "../shell/toasts.js";

const WORKER = "/static/service-worker.js";

function keyBytes(key) {
  const raw = atob(key.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (key.length % 4)) % 4));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

/** What the owner recognises the browser by later. */
function browserName() {
  const known = navigator.userAgentData?.brands?.find((each) => !/not.?a.?brand/i.test(each.brand));
  return [known?.brand ?? navigator.userAgent.match(/(Firefox|Edg|Chrome|Safari)/)?.[1], navigator.userAgentData?.platform ?? navigator.platform].filter(Boolean).join(", ");
}

async function subscribe(key) {
  const worker = await navigator.serviceWorker.register(WORKER);
  const known = await worker.pushManager.getSubscription();
  const subscription = known ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(key) }));
  const { endpoint, keys } = subscription.toJSON();
  await post("/notifications/settings/push", { endpoint, p256dh: keys.p256dh, auth: keys.auth, label: browserName() });
}

export default function mount(host, data) {
  const { agree, agreed, refused, unable, title, hint } = host.dataset;
  const button = element("button", { type: "button", class: "button" }, agree);
  const label = element("span", { class: "field" }, element("span", { class: "label" }, title), element("span", { class: "muted small" }, hint));
  host.replaceChildren(label, button);
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    button.disabled = true;
    label.lastChild.textContent = unable;
    return {};
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== "granted") throw new Error(refused);
      await subscribe(data.key);
      toast(agreed);
      location.reload();
    } catch (error) {
      button.disabled = false;
      toast(error.message || refused, "bad");
    }
  });
  return {};
}
