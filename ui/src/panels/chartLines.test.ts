import { describe, expect, it } from "vitest";
import { apply } from "../stream/apply";
import type { CandlesPayload, Change } from "../wire";
import { barsOf } from "./bars";
import {
  drawingOf,
  firstOther,
  isDaily,
  linesOfChart,
  placeOf,
  pointsOf,
  spanOf,
  topsOf,
} from "./chartLines";
import { twinOf } from "./twin";

const DAY = 86_400_000;
const state = { word: "live" as const, age_s: 0, source: "", detail: "" };
const values = [1, null, 3];

const chart: CandlesPayload = {
  state,
  decimals: 2,
  x: [0, DAY, 2 * DAY],
  open: values,
  high: values,
  low: values,
  close: values,
  volume: values,
  trades: [null, null, null],
  overlays: [{ id: "sma_2", title: "SMA 2" }],
  panes: [
    {
      id: "rsi_14",
      title: "RSI 14",
      lines: [{ id: "rsi_14", title: "RSI 14", decimals: 1 }],
      guides: [
        { value: 70, label: "overbought" },
        { value: 30, label: "oversold" },
      ],
    },
  ],
  levels: [{ price: 2, label: "Support ×2", kind: "support" }],
  series: { sma_2: [null, 1.5, 2.5], rsi_14: [40, 50, 60] },
};
const bars = barsOf(chart);

describe("lines of a chart of candles", () => {
  it("stand at the candles that are drawn, with holes where there is no figure", () => {
    expect(pointsOf(chart.series?.sma_2, bars)).toEqual([
      { time: 0 },
      { time: (2 * DAY) / 1000, value: 2.5 },
    ]);
    expect(pointsOf(undefined, bars.slice(0, 1))).toEqual([{ time: 0 }]);
  });

  it("are compared point by point", () => {
    const points = pointsOf(chart.series?.rsi_14, bars);
    const other = points.map((point, i) => (i === 1 ? { ...point, value: 61 } : point));
    expect(firstOther(points, points)).toBe(2);
    expect(firstOther(points, other)).toBe(1);
    expect(firstOther([], points)).toBe(0);
  });

  it("are those over the candles, then those below", () => {
    expect(linesOfChart(chart).map((line) => line.id)).toEqual(["sma_2", "rsi_14"]);
  });

  it("name another drawing when a line is renamed, and the same for other figures", () => {
    const renamed = { ...chart, overlays: [{ id: "sma_2", title: "SMA 3" }] };
    expect(drawingOf(renamed)).not.toBe(drawingOf(chart));
    expect(drawingOf({ ...chart, series: {} })).toBe(drawingOf(chart));
  });

  it("have the newest bar's figures in the legend, or those under the cursor", () => {
    expect(placeOf(bars, null)).toBe(2);
    expect(placeOf(bars, 0)).toBe(0);
    expect(placeOf([], null)).toBeNull();
  });
});

describe("panes of a chart of candles", () => {
  it("show their guides even where the line stays between them", () => {
    expect(spanOf(chart.panes?.[0] as never)).toEqual([30, 70]);
    expect(spanOf({ id: "a", title: "A", lines: [] })).toBeNull();
  });

  it("begin a pixel below one another", () => {
    expect(topsOf([300, 100, 100])).toEqual([0, 301, 402]);
  });
});

describe("candles of days", () => {
  it("are told from those of hours", () => {
    expect(isDaily(chart.x)).toBe(true);
    expect(isDaily([0, 3_600_000])).toBe(false);
    expect(isDaily([])).toBe(false);
  });
});

describe("a change of candles with lines", () => {
  const column = [4];
  const change = {
    state,
    from: 2 * DAY,
    x: [2 * DAY, 3 * DAY],
    keep: 3,
    ...Object.fromEntries(
      ["open", "high", "low", "close", "volume", "trades"].map((id) => [id, [3.5, ...column]]),
    ),
    series: { sma_2: [2.6, 3.75], rsi_14: [61, 70] },
    levels: null,
  } as unknown as Change;

  it("replaces the newest figures and lets the oldest go", () => {
    const next = apply(chart, change) as CandlesPayload;
    expect(next.x).toEqual([DAY, 2 * DAY, 3 * DAY]);
    expect(next.series).toEqual({ sma_2: [1.5, 2.6, 3.75], rsi_14: [50, 61, 70] });
    expect(next.close).toEqual([null, 3.5, 4]);
  });

  it("keeps the levels unless it brings others", () => {
    expect((apply(chart, change) as CandlesPayload).levels).toEqual(chart.levels);
    const cleared = { ...change, levels: [] } as unknown as Change;
    expect((apply(chart, cleared) as CandlesPayload).levels).toEqual([]);
  });
});

describe("the table of a chart of candles", () => {
  it("has a column for every line, and none of executions where they are not known", () => {
    const panel = { id: "technical.chart", kind: "candles" as const, title: "Price" };
    const twin = twinOf(panel, chart);
    expect(twin?.columns.map((column) => column.id)).toEqual([
      ...["time", "open", "high", "low", "close", "volume"],
      ...["sma_2", "rsi_14"],
    ]);
    expect(twin?.rows.rows[0]).toMatchObject({ close: 3, sma_2: 2.5, rsi_14: 60 });
  });
});
