// Saves a page as people type: after a pause, once more where the connection failed, and at once when they leave.

const PAUSE = 800;
const TRY_AGAIN = 15000;

/** A sentence of the page's own, in a tone. */
export function paragraph(text, tone) {
  const line = document.createElement("p");
  line.className = `finding finding-${tone}`;
  line.textContent = text;
  return line;
}

export function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm btn-secondary";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}

function cookie(name) {
  return document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.split("=")[1] ?? "";
}

function loginPage() {
  return new URL(document.body.dataset.loginUrl, window.location.href);
}

let letGo = Promise.resolve();

// Words that come or go move what is beside and below them. A button that moves between press and release is not clicked.
window.addEventListener("pointerdown", () => {
  letGo = new Promise((resolve) => {
    // The click comes after the release.
    const settle = () => window.setTimeout(resolve);
    window.addEventListener("pointerup", settle, { once: true });
    window.addEventListener("pointercancel", settle, { once: true });
  });
});

/**
 * Saves `form` to its `data-save` address and says in `state` how that goes; longer news stand in `notices`.
 *
 * `pack()` gives what has to be sent as `{ body, sent }`, or null; `heed(answer, sent)` takes what the server said and
 * returns what stands in `state`, or nothing where something is left to send; `keepTyped()` keeps the rest on this
 * device.
 */
export function autosave({ form, state, notices, words, pack, heed, keepTyped }) {
  let timer = 0;
  let isSaving = false;
  let isSending = false;
  let standing = state.textContent;

  function tell(text) {
    standing = text;
    state.textContent = text;
  }

  function notice(text, link) {
    const line = paragraph(text, "confirm");
    if (link) {
      line.append(" ", link);
    }
    notices.replaceChildren(line);
  }

  function tellSignedOut() {
    const login = loginPage();
    login.searchParams.set("next", window.location.pathname + window.location.search);
    const link = document.createElement("a");
    link.href = login.href;
    link.textContent = words.signIn;
    tell("");
    notice(words.signedOut, link);
  }

  function send(body, options) {
    // A new sign-in in another window makes a new token: the cookie has it, this form has not.
    const token = cookie("csrftoken") || form.elements.csrfmiddlewaretoken.value;
    body.delete("csrfmiddlewaretoken");
    return fetch(form.dataset.save, { method: "POST", body, headers: { "X-CSRFToken": token }, ...options });
  }

  async function hear(response, sent) {
    if (response.redirected && new URL(response.url).pathname === loginPage().pathname) {
      tellSignedOut();
      return;
    }
    if (!response.headers.get("content-type")?.startsWith("application/json")) {
      throw new Error(`save answered ${response.status}`);
    }
    const answer = await response.json();
    await letGo;
    if (answer.closed) {
      tell("");
      notice(answer.closed);
      return;
    }
    const said = heed(answer, sent);
    keepTyped();
    if (said) {
      tell(said.replace("{time}", answer.saved));
    } else {
      later();
    }
  }

  async function save() {
    window.clearTimeout(timer);
    await letGo;
    if (isSending) {
      return;
    }
    if (isSaving) {
      later();
      return;
    }
    const packed = pack();
    if (!packed) {
      // Typed, and back to what is saved.
      state.textContent = standing;
      return;
    }
    isSaving = true;
    state.textContent = words.saving;
    try {
      await hear(await send(packed.body), packed.sent);
    } catch (error) {
      tell(error instanceof TypeError ? words.offline : words.failed);
      later(TRY_AGAIN);
    } finally {
      isSaving = false;
    }
  }

  function later(pause = PAUSE) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, pause);
  }

  /** From the first letter on: a page that says "saved" has nothing that is not. */
  async function typed(pause = PAUSE) {
    // To press a button is to leave the field, which tells that it was changed.
    await letGo;
    state.textContent = words.saving;
    later(pause);
  }

  /** What was typed within the pause. Nobody hears the answer, so it also stays on this device until the next visit. */
  function leave() {
    const packed = isSending ? null : pack();
    if (packed) {
      send(packed.body, { keepalive: true }).catch(() => {});
    }
  }

  form.addEventListener("submit", () => {
    isSending = true;
    window.clearTimeout(timer);
    keepTyped();
  });
  window.addEventListener("online", save);
  window.addEventListener("pagehide", leave);
  // Coming back with the browser's back button shows the page as it was left, sent or not.
  window.addEventListener("pageshow", () => {
    isSending = false;
    later(0);
  });
  return { save, typed, notice };
}
