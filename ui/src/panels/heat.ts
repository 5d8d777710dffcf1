import { between, type Palette } from "../theme/palette";
import type { Column, Series } from "../wire";

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

/** Colour of a share from -1 to 1: the two sides of nought, faint in the middle. */
export function diverging(share: number, palette: Pick<Palette, "up" | "down" | "hover">): string {
  const size = Math.min(Math.abs(share), 1);
  return between(palette.hover, share < 0 ? palette.down : palette.up, size);
}

/** What the colours of a layer stand for. */
export interface Scale {
  low: number;
  high: number;
  /** Colour at a share of the way from low to high. */
  colour(share: number): string;
}

/** The colours of a layer: on both sides of nought where its column is signed. Null without figures. */
export function scaleOf(layer: Series[], column: Column, palette: Palette): Scale | null {
  const range = heatRange(layer);
  if (range === null) return null;
  if (!column.signed) return { low: range[0], high: range[1], colour: viridis };
  const most = Math.max(Math.abs(range[0]), Math.abs(range[1]));
  return { low: -most, high: most, colour: (share) => diverging(2 * share - 1, palette) };
}

const STEPS = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => n / 8);

/** The same colours as places and colours between 0 and 1. */
export function stepsOf(scale: Scale): [number, string][] {
  return STEPS.map((share) => [share, scale.colour(share)]);
}

/** Whether dark letters read better than light ones on a colour of the form `rgb(r g b)`. */
export function isLight(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140;
}

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
