/** An address of this deck as path and query; null where it leads to another host. */
export function inDeck(address: string, origin = location.origin): string | null {
  let url: URL;
  try {
    url = new URL(address, `${origin}/`);
  } catch {
    return null;
  }
  return url.origin === origin ? url.pathname + url.search : null;
}

/** An address of the web as it may be followed; null where it is none, or could run here. */
export function elsewhere(address: string): string | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}
