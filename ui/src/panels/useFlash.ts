import { type RefObject, useEffect, useRef } from "react";
import type { Cell } from "../wire";

const QUIET = 1500;

/** Says of a whole table whether its cells shall rest. */
export type Calm = RefObject<boolean>;

/**
 * Tints an element for a moment when its figure has changed after resting; a figure that changes
 * all the time does not flicker, and nothing moves where less motion is asked for.
 */
export function useFlash(value: Cell, calm?: Calm): RefObject<HTMLElement | null> {
  const ref = useRef<HTMLElement | null>(null);
  const before = useRef<{ value: Cell; at: number } | null>(null);
  useEffect(() => {
    const last = before.current;
    if (last !== null && last.value === value) return;
    const now = performance.now();
    before.current = { value, at: now };
    if (last === null || now - last.at < QUIET || ref.current === null) return;
    if (calm?.current) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const tone = typeof value === "number" && typeof last.value === "number" && value < last.value;
    const colour = `var(--${tone ? "down" : "up"}-soft)`;
    ref.current.animate([{ backgroundColor: colour }, { backgroundColor: "transparent" }], 280);
  }, [value, calm]);
  return ref;
}
