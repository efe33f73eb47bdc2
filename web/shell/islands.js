// Mounts every [data-island]: loads its script and style, hands it the element and its JSON, says so when it cannot.
import { assets, element, text } from "./page.js";
import { get } from "./request.js";

const mounted = new WeakMap();

function addStyle(url) {
  if (document.querySelector(`link[href="${url}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = element("link", { rel: "stylesheet", href: url });
    link.onload = resolve;
    link.onerror = () => reject(new Error(text("island_missing", { name: url })));
    // Before our own sheet, so that the design system has the last word.
    document.head.insertBefore(link, document.querySelector('link[rel="stylesheet"][data-own]'));
  });
}

async function mount(host) {
  const name = host.dataset.island;
  const files = assets[name];
  if (!files) throw new Error(text("island_missing", { name }));
  const inline = host.querySelector(':scope > script[type="application/json"]');
  const [module, data] = await Promise.all([
    import(files.js),
    inline ? JSON.parse(inline.textContent) : host.dataset.src ? get(host.dataset.src) : {},
    files.css ? addStyle(files.css) : undefined,
  ]);
  return module.default(host, data);
}

async function mountOnce(host) {
  if (mounted.has(host)) return;
  mounted.set(host, {});
  host.setAttribute("aria-busy", "true");
  try {
    mounted.set(host, (await mount(host)) ?? {});
    host.dataset.ready = "true";
  } catch (error) {
    console.error(error);
    host.replaceChildren(element("p", { class: "notice bad", role: "alert" }, `${text("island_failed")} ${error.message}`));
  } finally {
    host.removeAttribute("aria-busy");
  }
}

// An island in a closed tab or dialog waits until it is seen: a diagram cannot measure itself while hidden.
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    mountOnce(entry.target);
  }
}, { rootMargin: "200px" });

export function mountIslands(root = document) {
  for (const host of root.querySelectorAll("[data-island]")) {
    if (!mounted.has(host)) seen.observe(host);
  }
}

/** Give every mounted island with a source its newest data. */
async function refreshIslands() {
  for (const host of document.querySelectorAll("[data-island][data-src]")) {
    const island = mounted.get(host);
    if (island?.refresh) island.refresh(await get(host.dataset.src).catch(() => null));
  }
}

export function startIslands() {
  mountIslands();
  document.addEventListener("penstock:replaced", (event) => mountIslands(event.target));
  document.addEventListener("penstock:changed", refreshIslands);
}
