// What has been typed and not yet reached the server, kept in this browser for its person and its page.

/** A keeper under a name; when the browser keeps nothing (private windows), typing still works. */
export function keeper(name) {
  const quietly = (work) => {
    try {
      return work();
    } catch {
      return null;
    }
  };
  return {
    read: () => quietly(() => JSON.parse(localStorage.getItem(name))) ?? {},
    write: (cells) =>
      quietly(() => {
        if (Object.keys(cells).length === 0) {
          localStorage.removeItem(name);
        } else {
          localStorage.setItem(name, JSON.stringify(cells));
        }
      }),
  };
}
