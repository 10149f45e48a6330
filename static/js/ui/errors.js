// After a refused form the reader starts at the summary of what is wrong, also in parts that htmx has put in.
import { afterLoading } from "./loading.js";

export function goToErrors() {
  const go = (root) => root.querySelector?.(".error-summary[data-focus]")?.focus();
  // Where the address names a place on the page ("#invite"), the browser goes there first and lets go of the focus.
  afterLoading(() => go(document));
  document.addEventListener("htmx:afterSwap", (event) => go(event.detail.elt));
}
