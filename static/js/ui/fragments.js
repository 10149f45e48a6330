// Parts of pages that htmx fetches: a line while they load, a sentence when they fail, sign-in when the session ended.

const SLOW = 100;

function trouble() {
  return document.getElementById("trouble");
}

/** Shows a sentence that stays until it is closed: what failed, and what still works. */
export function tell(sentence) {
  const region = trouble();
  if ([...region.querySelectorAll("p")].some((shown) => shown.textContent === sentence)) {
    return;
  }
  const toast = document.createElement("div");
  toast.className = "callout tone-problem";
  const words = document.createElement("p");
  words.className = "callout-body";
  words.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close-button";
  close.setAttribute("aria-label", region.dataset.close);
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(words, close);
  region.append(toast);
}

/** Whether what came is the sign-in page. */
export function endedSession(request) {
  const login = new URL(document.body.dataset.loginUrl, window.location.href);
  return request.responseURL !== "" && new URL(request.responseURL).pathname === login.pathname;
}

function signInAndComeBack() {
  const login = new URL(document.body.dataset.loginUrl, window.location.href);
  login.searchParams.set("next", window.location.pathname + window.location.search);
  window.location.assign(login);
}

function watchProgress() {
  const line = document.getElementById("busy");
  let running = 0;
  let timer = 0;
  document.addEventListener("htmx:beforeRequest", () => {
    running += 1;
    if (running === 1) {
      timer = window.setTimeout(() => {
        line.hidden = false;
      }, SLOW);
    }
  });
  document.addEventListener("htmx:afterRequest", () => {
    running = Math.max(0, running - 1);
    if (running === 0) {
      window.clearTimeout(timer);
      line.hidden = true;
    }
  });
}

export function watchFragments() {
  watchProgress();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (endedSession(event.detail.xhr)) {
      event.detail.shouldSwap = false;
      signInAndComeBack();
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const words = trouble().dataset;
    tell(event.detail.xhr.status === 403 ? words.forbidden : words.failed);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => tell(trouble().dataset.unreachable));
  }
}
