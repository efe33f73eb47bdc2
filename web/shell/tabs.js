// Tabs by the WAI-ARIA pattern: role=tablist with role=tab[aria-controls]; arrows move, the choice is kept in the address.
function choose(tab, focus) {
  const list = tab.closest('[role="tablist"]');
  for (const other of list.querySelectorAll('[role="tab"]')) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
  if (list.dataset.remember !== undefined) {
    const url = new URL(location);
    url.searchParams.set("tab", tab.dataset.tab);
    history.replaceState(history.state, "", url);
  }
}

export function startTabs() {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.('[role="tab"]');
    if (tab) choose(tab, false);
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.('[role="tab"]');
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tab || !step) return;
    const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
    choose(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], true);
  });
}
