/** Ids of alerts that were told, kept for all tabs; the oldest are forgotten. */
const KEY = "quantdeck.alerts.told";
const MOST = 400;

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

function known(store: Store): string[] {
  try {
    const read: unknown = JSON.parse(store.getItem(KEY) ?? "[]");
    return Array.isArray(read) ? read.map(String) : [];
  } catch {
    return [];
  }
}

/** Those of the ids that nobody has told yet; from now on they are told. */
export function claimed(ids: string[], store: Store): string[] {
  const old = known(store);
  const had = new Set(old);
  const mine = ids.filter((id) => !had.has(id));
  if (mine.length > 0) store.setItem(KEY, JSON.stringify([...old, ...mine].slice(-MOST)));
  return mine;
}

/** As `claimed`, one tab after the other. */
export async function claim(ids: string[]): Promise<string[]> {
  // A page that was not opened over a secure line has no locks.
  const locks = (navigator as { locks?: LockManager }).locks;
  if (locks === undefined) return claimed(ids, localStorage);
  return locks.request(KEY, () => claimed(ids, localStorage));
}
