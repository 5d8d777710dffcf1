import type { CandlesPayload } from "../wire";

/** One bar as the drawing library takes it; `time` in seconds. */
export interface Drawn {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Its place in the payload. */
  at: number;
}

/** The bars of a payload; an interval without trades has no bar, and times only ascend. */
export function barsOf(payload: CandlesPayload): Drawn[] {
  const bars: Drawn[] = [];
  let before = Number.NEGATIVE_INFINITY;
  payload.x.forEach((ms, i) => {
    const open = payload.open[i];
    const high = payload.high[i];
    const low = payload.low[i];
    const close = payload.close[i];
    if (open == null || high == null || low == null || close == null || ms <= before) return;
    before = ms;
    bars.push({ time: ms / 1000, open, high, low, close, volume: payload.volume[i] ?? 0, at: i });
  });
  return bars;
}

/** Index of the first bar that is not the same in both; the length where all are. */
export function firstDifference(old: Drawn[], next: Drawn[]): number {
  const most = Math.min(old.length, next.length);
  for (let i = 0; i < most; i += 1) {
    const a = old[i] as Drawn;
    const b = next[i] as Drawn;
    if (
      a.time !== b.time ||
      a.close !== b.close ||
      a.high !== b.high ||
      a.low !== b.low ||
      a.open !== b.open ||
      a.volume !== b.volume
    ) {
      return i;
    }
  }
  return next.length < old.length ? 0 : most;
}
