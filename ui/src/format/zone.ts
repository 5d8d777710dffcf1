import { useSyncExternalStore } from "react";
import type { Zone } from "./time";

const KEY = "quantdeck.zone";
const listeners = new Set<() => void>();
let zone: Zone = read();

function read(): Zone {
  try {
    return localStorage.getItem(KEY) === "local" ? "local" : "UTC";
  } catch {
    return "UTC";
  }
}

export function toggleZone(): void {
  zone = zone === "UTC" ? "local" : "UTC";
  try {
    localStorage.setItem(KEY, zone);
  } catch {
    // A browser without storage keeps the choice until the page is closed.
  }
  for (const listener of listeners) listener();
}

/** The display zone, chosen by pressing the clock. */
export function useZone(): Zone {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => zone,
  );
}
