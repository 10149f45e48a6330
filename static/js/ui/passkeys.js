// When a passkey is not taken, or the person changes their mind, say so instead of leaving a button that does nothing.
import { tell } from "./fragments.js";

export function explainPasskeys() {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    tell(document.getElementById("trouble").dataset.passkey);
  });
}
