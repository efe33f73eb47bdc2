// The drawer on narrow screens and menus that close when one looks elsewhere.
export function startNavigation() {
  const body = document.body;
  const button = document.querySelector("[data-nav-toggle]");
  const show = (open) => {
    body.classList.toggle("nav-open", open);
    button?.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector(".sidebar a")?.focus();
  };
  button?.addEventListener("click", () => show(!body.classList.contains("nav-open")));
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".sidebar, [data-nav-toggle]")) show(false);
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (body.classList.contains("nav-open")) {
      show(false);
      button?.focus();
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
