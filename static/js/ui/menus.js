// Menus and confirmations are <details>, which work by keyboard on their own. This closes them when they are left.

function close(details) {
  details.open = false;
  details.querySelector("summary").focus();
}

export function tidyMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    }
    const closer = event.target.closest("[data-close-details]");
    if (closer) {
      close(closer.closest("details"));
    }
  });
  document.addEventListener("keydown", (event) => {
    const open = event.target.closest?.("details.menu[open], details.confirm[open]");
    if (event.key === "Escape" && open) {
      close(open);
    }
  });
  // Tabbing out of a menu closes it, so that it never covers what has the focus.
  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });
}
