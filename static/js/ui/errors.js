// After a refused form the reader starts at the summary of what is wrong, also in parts that htmx has put in.

export function goToErrors() {
  const go = (root) => root.querySelector?.(".error-summary[data-focus]")?.focus();
  // Where the address names a place on the page ("#invite"), the browser goes there while it loads and lets go of
  // the focus; so the summary is focused after that.
  if (document.readyState === "complete") {
    go(document);
  } else {
    window.addEventListener("load", () => requestAnimationFrame(() => go(document)));
  }
  document.addEventListener("htmx:afterSwap", (event) => go(event.detail.elt));
}
