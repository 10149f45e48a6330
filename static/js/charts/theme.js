// Colours: the server draws for white paper; here each of its colours becomes the token that it names for it.

/** A copy of `figure` in the colours that hold now. */
export function themed(figure) {
  const style = getComputedStyle(document.documentElement);
  const tokens = figure.layout.meta.tokens;
  const walk = (value) => {
    if (Array.isArray(value)) {
      return value.map(walk);
    }
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    }
    const token = typeof value === "string" ? tokens[value] : undefined;
    return token ? style.getPropertyValue(token).trim() || value : value;
  };
  return walk(figure);
}

/** Call `redraw` when the system changes between light and dark. */
export function onThemeChange(redraw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
