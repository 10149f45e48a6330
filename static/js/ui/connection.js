// Says when the browser has no connection, and that nothing typed is lost.

export function watchConnection() {
  const notice = document.getElementById("offline");
  const show = () => {
    notice.hidden = navigator.onLine;
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
}
