// A process's diagram with counts on its elements. Choosing an element follows data-choose="/path?element={element}".
import { mark, onChoose, openDiagram } from "../diagram/canvas.js";
import { showBadges } from "../diagram/badges.js";
import { get } from "../shell/request.js";

export default async function mount(host, data) {
  const viewer = await openDiagram(host, data.xml ?? (await get(host.dataset.xml)));
  const show = (fresh) => {
    if (!fresh) return;
    showBadges(viewer, fresh.counts ?? {});
    mark(viewer, "is-incident", Object.keys(fresh.counts ?? {}).filter((id) => fresh.counts[id].incidents > 0));
    mark(viewer, "is-active", Object.keys(fresh.counts ?? {}).filter((id) => fresh.counts[id].active > 0));
    mark(viewer, "is-taken", fresh.taken ?? []);
  };
  show(data);
  const chosen = host.dataset.chosen;
  if (chosen) mark(viewer, "is-chosen", [chosen]);
  onChoose(viewer, (id) => {
    host.dispatchEvent(new CustomEvent("penstock:choose", { bubbles: true, detail: { id } }));
    mark(viewer, "is-chosen", id ? [id] : []);
    if (host.dataset.choose && id && id !== chosen) location.assign(host.dataset.choose.replace("{element}", encodeURIComponent(id)));
  });
  // A replay on the same page moves this diagram to a moment of the past.
  let replaying = false;
  document.addEventListener("penstock:moment", ({ detail }) => {
    replaying = !detail.isNow;
    if (detail.isNow) return show(data);
    show({ counts: detail.counts, taken: detail.taken });
  });
  return {
    refresh(fresh) {
      if (!fresh) return;
      data = fresh;
      if (!replaying) show(fresh);
    },
  };
}
