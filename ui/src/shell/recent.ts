/** Ids of commands that were taken, newest first. */
const KEY = "quantdeck.commands";
const MOST = 12;

export function recentIds(store: Pick<Storage, "getItem">): string[] {
  try {
    const read: unknown = JSON.parse(store.getItem(KEY) ?? "[]");
    return Array.isArray(read) ? read.map(String) : [];
  } catch {
    return [];
  }
}

/** Puts one that was just taken in front of the others. */
export function remember(id: string, store: Pick<Storage, "getItem" | "setItem">): void {
  const others = recentIds(store).filter((one) => one !== id);
  store.setItem(KEY, JSON.stringify([id, ...others].slice(0, MOST)));
}
