import { describe, expect, it } from "vitest";
import type {
  CandlesPayload,
  LinesPayload,
  PanelState,
  RowsPayload,
  SurfacePayload,
} from "../wire";
import { apply, newestFirst } from "./apply";

const old: PanelState = { word: "live", age_s: 1 };
const state: PanelState = { word: "live", age_s: 0 };
const rows: RowsPayload = {
  state: old,
  rows: [
    { id: "a", value: 1 },
    { id: "b", value: 2 },
  ],
};
const lines: LinesPayload = { state: old, x: [1, 2, 3], lines: { z: [10, 20, 30] }, bands: [] };

describe("rows", () => {
  it("replaces changed rows where they stand and appends new ones", () => {
    const changed = [
      { id: "c", value: 3 },
      { id: "a", value: 9 },
    ];
    const next = apply(rows, { state, rows: changed, remove: [] }) as RowsPayload;
    expect(next.rows.map((row) => [row.id, row.value])).toEqual([
      ["a", 9],
      ["b", 2],
      ["c", 3],
    ]);
    expect(next.state).toBe(state);
  });

  it("removes rows and leaves the others the same objects", () => {
    const next = apply(rows, { state, rows: [], remove: ["a"] }) as RowsPayload;
    expect(next.rows).toHaveLength(1);
    expect(next.rows[0]).toBe(rows.rows[1]);
  });

  it("keeps the rows themselves where only the state changed", () => {
    expect((apply(rows, { state, rows: [] }) as RowsPayload).rows).toBe(rows.rows);
  });

  it("puts the newest line of a log first", () => {
    const log = { state, rows: [1, 3, 2].map((ts) => ({ id: `${ts}`, ts })) };
    expect(newestFirst(log).rows.map((row) => row.ts)).toEqual([3, 2, 1]);
  });
});

describe("lines", () => {
  const change = (from: number, x: number[], z: (number | null)[], keep?: number) =>
    apply(lines, { state, from, x, lines: { z }, keep }) as LinesPayload;

  it("appends points after the last", () => {
    expect(change(4, [4], [40])).toMatchObject({ x: [1, 2, 3, 4], lines: { z: [10, 20, 30, 40] } });
  });

  it("drops points from `from` on before it appends", () => {
    expect(change(2, [2, 3], [21, null])).toMatchObject({
      x: [1, 2, 3],
      lines: { z: [10, 21, null] },
    });
  });

  it("keeps the newest `keep` points", () => {
    expect(change(4, [4], [40], 2)).toMatchObject({ x: [3, 4], lines: { z: [30, 40] } });
    expect(change(4, [4, 5, 6], [40, 50, 60], 2)).toMatchObject({
      x: [5, 6],
      lines: { z: [50, 60] },
    });
    expect(change(4, [], [], 0)).toMatchObject({ x: [], lines: { z: [] } });
  });

  it("fills a line that one side does not have with absent figures", () => {
    const next = apply(lines, { state, from: 4, x: [4], lines: { w: [1] } }) as LinesPayload;
    expect(next.lines).toEqual({ z: [10, 20, 30, null], w: [null, null, null, 1] });
  });

  it("leaves the payload before it untouched", () => {
    change(2, [2], [0], 1);
    expect(lines.x).toEqual([1, 2, 3]);
  });
});

it("amends the newest candle and appends the next", () => {
  const column = (n: number) => ({ open: [n], high: [n], low: [n], close: [n], volume: [n] });
  const before: CandlesPayload = { state: old, decimals: 2, x: [1], ...column(5), trades: [1] };
  const two = { open: [5, 6], high: [8, 6], low: [5, 6], close: [7, 6], volume: [9, 1] };
  const next = apply(before, { state, from: 1, x: [1, 2], ...two, trades: [4, 1], keep: 10 });
  expect(next).toEqual({ state, decimals: 2, x: [1, 2], ...two, trades: [4, 1] });
});

it("takes prose and the status whole", () => {
  expect(apply({ state: old, text: "a" }, { state, text: "b" })).toEqual({ state, text: "b" });
});

describe("surfaces", () => {
  const surface: SurfacePayload = { state: old, x: [1], y: [30], layers: { mid: [[0.04]] } };

  it("keep their figures where only the state changed", () => {
    const next = apply(surface, { state }) as SurfacePayload;
    expect(next.layers).toBe(surface.layers);
    expect(next.state).toBe(state);
  });
});
