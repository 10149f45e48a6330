// A chart on the wall: the arrow keys go from step to step, and the chart can fill the screen.

const forward = new Set(["ArrowRight", "PageDown", "n"]);
const backward = new Set(["ArrowLeft", "PageUp", "p"]);

function follow(selector) {
  document.querySelector(selector)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  if (forward.has(event.key)) {
    event.preventDefault();
    follow('[rel="next"]');
  } else if (backward.has(event.key)) {
    event.preventDefault();
    follow('[rel="prev"]');
  } else if (event.key === "Escape" && !document.fullscreenElement) {
    follow("[data-leave]");
  }
});

const button = document.querySelector("[data-full-screen]");
if (button && document.fullscreenEnabled) {
  button.hidden = false;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      document.documentElement.requestFullscreen();
    }
  });
}
