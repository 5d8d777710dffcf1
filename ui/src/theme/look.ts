import { useSyncExternalStore } from "react";

/** Colours of up and down, and of good and bad that goes with them. */
export type UpDown = "safe" | "western" | "eastern";
/** How close lines stand. */
export type Density = "comfortable" | "compact";

interface Look {
  palette: UpDown;
  density: Density;
}

const KEY = "quantdeck.look";
const PALETTES: UpDown[] = ["safe", "western", "eastern"];
const DENSITIES: Density[] = ["comfortable", "compact"];
const FIRST: Look = { palette: "safe", density: "comfortable" };
const listeners = new Set<() => void>();
let look: Look = FIRST;

/** The choices in a text that a browser kept; what is none of them is as at first. */
export function lookIn(text: string | null): Look {
  try {
    const kept = JSON.parse(text ?? "{}") as Partial<Look>;
    return {
      palette: PALETTES.find((one) => one === kept.palette) ?? FIRST.palette,
      density: DENSITIES.find((one) => one === kept.density) ?? FIRST.density,
    };
  } catch {
    return FIRST;
  }
}

function apply(): void {
  document.documentElement.dataset.palette = look.palette;
  document.documentElement.dataset.density = look.density;
}

/** Takes up what this browser kept; before anything is drawn. */
export function takeUpLook(): void {
  try {
    look = lookIn(localStorage.getItem(KEY));
  } catch {
    look = FIRST;
  }
  apply();
}

export function setLook(change: Partial<Look>): void {
  look = { ...look, ...change };
  apply();
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // A browser without storage keeps the choice until the page is closed.
  }
  for (const listener of listeners) listener();
}

export function useLook(): Look {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => look,
  );
}
