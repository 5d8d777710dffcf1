import uPlot from "uplot";
import type { Column, Curve, CurvePayload, Series } from "../wire";

/** A curve as it is drawn: its points, how, and in which colour. */
export interface Drawing {
  curve: Curve;
  column: Column;
  colour: string;
}

/**
 * The curves in the order of the spec, each with a colour that it keeps whatever else there is. One
 * without a title belongs to the one before it and has its colour.
 */
export function drawingsOf(payload: CurvePayload, columns: Column[], colours: string[]): Drawing[] {
  let at = -1;
  return columns.flatMap((column) => {
    if (column.title !== "" || at < 0) at += 1;
    const curve = payload.curves.find((one) => one.id === column.id);
    const colour = colours[at % colours.length] as string;
    return curve === undefined ? [] : [{ curve, column, colour }];
  });
}

/** One column of x for all curves, as the drawing library wants it; holes where a curve has none. */
export function joined(drawings: Drawing[]): uPlot.AlignedData {
  if (drawings.length === 0) return [[]];
  const tables = drawings.map(({ curve }) => [curve.x, curve.y] as uPlot.AlignedData);
  return uPlot.join(
    tables,
    drawings.map(() => [1, 1]),
  );
}

/** Index of the point nearest to x, or null where there is none. */
export function nearest(xs: number[], x: number): number | null {
  if (xs.length === 0) return null;
  let low = 0;
  let high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) <= x) low = middle;
    else high = middle;
  }
  return x - (xs[low] as number) <= (xs[high] as number) - x ? low : high;
}

function figures(...all: (Series | null | undefined)[]): number[] {
  return all.flatMap((series) =>
    (series ?? []).filter((value): value is number => typeof value === "number"),
  );
}

/**
 * The range of y that shows every curve. Error bars count as far as they are not wider than the curves
 * themselves: one figure nobody knows must not flatten all the others.
 */
export function rangeOf(drawings: Drawing[]): [number, number] {
  const values = figures(...drawings.map(({ curve }) => curve.y));
  if (values.length === 0) return [0, 1];
  const least = Math.min(...values);
  const most = Math.max(...values);
  const span = most - least || Math.abs(most) * 0.1 || 1;
  const bars = figures(...drawings.flatMap(({ curve }) => [curve.low, curve.high]));
  const low = Math.max(Math.min(least, ...bars), least - 0.5 * span);
  const high = Math.min(Math.max(most, ...bars), most + 0.5 * span);
  const pad = (high - low || span) * 0.06;
  return [low - pad, high + pad];
}

const TENORS: [number, string][] = [
  [1, "1d"],
  [7, "1w"],
  [14, "2w"],
  [30, "1m"],
  [61, "2m"],
  [91, "3m"],
  [182, "6m"],
  [365, "1y"],
  [730, "2y"],
  [1095, "3y"],
  [1826, "5y"],
  [3652, "10y"],
  [10957, "30y"],
];

/** The customary tenors between two numbers of days, by their days. */
export function tenorsBetween(low: number, high: number): Map<number, string> {
  return new Map(TENORS.filter(([days]) => days >= low && days <= high));
}

/** A range on a logarithmic scale with some room on either side. */
export function roomy(low: number, high: number): [number, number] {
  const least = Math.max(low, 0.5);
  const share = (Math.max(high, least * 1.5) / least) ** 0.05;
  return [least / share, Math.max(high, least * 1.5) * share];
}
