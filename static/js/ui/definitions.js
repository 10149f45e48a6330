// Puts a definition beside its term; the browser alone would open it in the middle of the window.

const GAP = 6;
const EDGE = 16;

function place(note) {
  const term = document.querySelector(`[popovertarget="${note.id}"]`);
  const around = term.getBoundingClientRect();
  note.classList.add("is-placed");
  const size = note.getBoundingClientRect();
  const room = document.documentElement.clientWidth - EDGE - size.width;
  const below = around.bottom + GAP;
  const fitsBelow = below + size.height <= window.innerHeight;
  note.style.left = `${Math.max(EDGE, Math.min(around.left, room))}px`;
  note.style.top = `${fitsBelow ? below : Math.max(EDGE, around.top - GAP - size.height)}px`;
}

export function placeDefinitions() {
  // "toggle" does not bubble, so it is caught on its way down.
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.(".definition-note") && event.newState === "open") {
        place(event.target);
      }
    },
    true,
  );
}
