// After a refused form the reader starts at the summary of what is wrong, also in parts that htmx has put in.

export function goToErrors() {
  const go = (root) => root.querySelector?.(".error-summary[data-focus]")?.focus();
  go(document);
  document.addEventListener("htmx:afterSwap", (event) => go(event.detail.elt));
}
