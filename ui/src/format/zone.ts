import { useSyncExternalStore } from "react";
import { ZONES, type Zone } from "./time";

const KEY = "quantdeck.zone";
const listeners = new Set<() => void>();
let zone: Zone = read();

/** The zone that a browser kept; UTC where it is none. */
export function zoneIn(text: string | null): Zone {
  return ZONES.find((one) => one === text) ?? "UTC";
}

function read(): Zone {
  try {
    return zoneIn(localStorage.getItem(KEY));
  } catch {
    return "UTC";
  }
}

/** Goes on to the next zone. */
export function toggleZone(): void {
  setZone(ZONES[(ZONES.indexOf(zone) + 1) % ZONES.length] as Zone);
}

export function setZone(chosen: Zone): void {
  zone = chosen;
  try {
    localStorage.setItem(KEY, zone);
  } catch {
    // A browser without storage keeps the choice until the page is closed.
  }
  for (const listener of listeners) listener();
}

/** The display zone, chosen in Settings or by pressing the clock. */
export function useZone(): Zone {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => zone,
  );
}
