import type { Series } from "../wire";

// Viridis at nine places; between them it is straight.
const VIRIDIS: [number, number, number][] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** Colour of a share from 0 to 1. */
export function viridis(share: number): string {
  const place = Math.min(Math.max(share, 0), 1) * (VIRIDIS.length - 1);
  const at = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const [a, b] = [VIRIDIS[at] as number[], VIRIDIS[at + 1] as number[]];
  const mix = a.map((from, i) => Math.round(from + (place - at) * ((b[i] as number) - from)));
  return `rgb(${mix.join(" ")})`;
}

export const VIRIDIS_SCALE: [number, string][] = VIRIDIS.map((_, i) => [
  i / (VIRIDIS.length - 1),
  viridis(i / (VIRIDIS.length - 1)),
]);

/**
 * The range that colours stand for: all figures but the two lowest and highest in a hundred, which
 * would otherwise leave one colour for the rest. Null where there is no figure.
 */
export function heatRange(layer: Series[]): [number, number] | null {
  const values = layer.flat().filter((value): value is number => typeof value === "number");
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))] as number;
  const [low, high] = [at(0.02), at(0.98)];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

/** Places of labels along an axis so that they are at least `room` apart. */
export function labelled(count: number, length: number, room: number): number[] {
  const step = Math.max(1, Math.ceil((room * count) / Math.max(length, 1)));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}
