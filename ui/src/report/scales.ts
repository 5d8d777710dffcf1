import type { Values } from "./types";

const DAY = 86_400_000;
const MINUS = "\u2212";
const NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A figure as the sheet writes it. */
export function write(
  value: number | null | undefined,
  percent: boolean,
  decimals: number,
): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
  const shown = (percent ? value * 100 : value).toFixed(decimals).replace("-", MINUS);
  return percent ? `${shown} %` : shown;
}

/** Round numbers between two others, about as many as wanted. */
export function ticks(low: number, high: number, wanted: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((n) => n * power >= rough * 0.999) ?? 10) * power;
  const found: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) {
    found.push(at * step || 0);
  }
  return found;
}

/** Decimals that tell round numbers of this distance apart. */
export function decimalsFor(step: number): number {
  return Math.min(6, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** Places of a time axis and what stands there: years, months, days or hours, as fits. */
export function timeTicks(low: number, high: number, wanted: number): [number, string][] {
  const span = (high - low) / Math.max(1, wanted);
  if (span >= 25 * DAY) return months(low, high, Math.max(1, Math.round(span / (30.4 * DAY))));
  if (span >= DAY * 0.9) return days(low, high, Math.ceil(span / DAY));
  const hours = [1, 2, 3, 6, 12].find((n) => n * 3_600_000 >= span) ?? 12;
  const step = hours * 3_600_000;
  const found: [number, string][] = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) {
    const iso = new Date(at).toISOString();
    found.push([at, at % DAY === 0 ? iso.slice(5, 10) : iso.slice(11, 16)]);
  }
  return found;
}

function months(low: number, high: number, least: number): [number, string][] {
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((n) => n >= least) ?? 120;
  const first = new Date(low);
  let month = first.getUTCFullYear() * 12 + first.getUTCMonth();
  month = Math.ceil(month / step) * step;
  const found: [number, string][] = [];
  for (; ; month += step) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (at > high) return found;
    if (at < low) continue;
    const year = String(Math.floor(month / 12));
    const name = NAMES[month % 12];
    found.push([at, month % 12 === 0 ? year : `${name} ${year.slice(2)}`]);
  }
}

function days(low: number, high: number, least: number): [number, string][] {
  const step = ([1, 2, 7, 14].find((n) => n >= least) ?? 14) * DAY;
  const found: [number, string][] = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) {
    found.push([at, new Date(at).toISOString().slice(5, 10)]);
  }
  return found;
}

/** A moment as a reader points at it: the day, with the time where it is not midnight UTC. */
export function moment(ms: number): string {
  const iso = new Date(ms).toISOString();
  return ms % DAY === 0 ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Row of the x nearest to a place. */
export function nearest(xs: number[], place: number): number {
  let low = 0;
  let high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) <= place) low = middle;
    else high = middle;
  }
  return place - (xs[low] as number) <= (xs[high] as number) - place ? low : high;
}

/** Least and greatest of the figures of some rows; null where there is none. */
export function extent(all: Values[], from: number, to: number): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of all) {
    for (let i = from; i <= to; i += 1) {
      const value = values[i];
      if (value === null || value === undefined) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/**
 * The rows that a line needs on so many pixels: of each pixel the first, the lowest, the highest and
 * the last, so that no fall is lost.
 */
export function thinned(values: Values, from: number, to: number, width: number): number[] {
  const count = to - from + 1;
  if (count <= 4 * width) return Array.from({ length: count }, (_, i) => from + i);
  const rows = new Set<number>();
  for (let pixel = 0; pixel < width; pixel += 1) {
    const first = from + Math.floor((pixel * count) / width);
    const last = Math.min(to, from + Math.floor(((pixel + 1) * count) / width) - 1);
    let low = first;
    let high = first;
    for (let i = first; i <= last; i += 1) {
      const value = values[i] ?? null;
      if (value === null) continue;
      if (value < (values[low] ?? Number.POSITIVE_INFINITY)) low = i;
      if (value > (values[high] ?? Number.NEGATIVE_INFINITY)) high = i;
    }
    for (const row of [first, low, high, last]) rows.add(row);
  }
  return [...rows].sort((a, b) => a - b);
}
