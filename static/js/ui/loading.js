// When the browser itself is done with a page: it has gone to the place that the address names, and filled forms again.

export function afterLoading(work) {
  if (document.readyState === "complete") {
    work();
  } else {
    window.addEventListener("load", () => requestAnimationFrame(work), { once: true });
  }
}
