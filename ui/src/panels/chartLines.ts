import type { CandlesPayload, ChartLine, ChartPane, Series } from "../wire";
import type { Drawn } from "./bars";

const DAY_MS = 86_400_000;

/** One point of a line as the drawing library takes it; without a value there is a hole. */
export interface Point {
  time: number;
  value?: number;
}

/** All lines of a chart: those over the candles, then those of the panes below. */
export function linesOfChart(payload: CandlesPayload): ChartLine[] {
  return [...(payload.overlays ?? []), ...(payload.panes ?? []).flatMap(({ lines }) => lines)];
}

/** Names what is drawn, whatever its figures: with another one the chart is made anew. */
export function drawingOf(payload: CandlesPayload): string {
  return JSON.stringify([payload.overlays ?? [], payload.panes ?? []]);
}

/** A line at the bars that are drawn. */
export function pointsOf(values: Series | undefined, bars: Drawn[]): Point[] {
  return bars.map(({ time, at }) => {
    const value = values?.[at];
    return value === null || value === undefined ? { time } : { time, value };
  });
}

/** Index of the first point that is not the same in both; the length of the shorter where all are. */
export function firstOther(old: Point[], next: Point[]): number {
  const most = Math.min(old.length, next.length);
  for (let i = 0; i < most; i += 1) {
    if (old[i]?.time !== next[i]?.time || old[i]?.value !== next[i]?.value) return i;
  }
  return most;
}

/** Whether bars are whole days, whose dates are those of UTC wherever one looks from. */
export function isDaily(x: number[]): boolean {
  return x.length > 0 && x.every((ms) => ms % DAY_MS === 0);
}

/** Index of the candle under the cursor, or of the newest one. */
export function placeOf(bars: Drawn[], time: number | null): number | null {
  const bar = time === null ? undefined : bars.find((one) => one.time === time);
  return (bar ?? bars.at(-1))?.at ?? null;
}

/** Lowest and highest of a pane's guides, so that a quiet line does not hide them. */
export function spanOf(pane: ChartPane): [number, number] | null {
  const values = (pane.guides ?? []).map((guide) => guide.value);
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}

/** The tops of the panes from their heights, with a line of a pixel between them. */
export function topsOf(heights: number[]): number[] {
  let top = 0;
  return heights.map((height) => {
    const at = top;
    top += height + 1;
    return at;
  });
}
