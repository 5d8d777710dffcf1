import { describe, expect, it } from "vitest";
import type { CandlesPayload, LinesPayload, Panel } from "../wire";
import { barsOf, firstDifference } from "./bars";
import { ChartGroup, type Member } from "./group";
import { cardsPerLine, rowsFor } from "./KpiPanel";
import { fitting, type Label, spread, stepDecimals, uncrowded } from "./labels";
import { blocksOf, inlineOf } from "./prose";
import { sparkPath } from "./Sparkline";
import { candlesSummary, linesSummary } from "./summary";
import { extent, largestOf } from "./TableBar";
import { ordered } from "./TablePanel";
import { TIME_STEPS, timeSpace } from "./timeAxis";
import { twinOf } from "./twin";

const state = { word: "live" } as const;
const candles: CandlesPayload = {
  state,
  decimals: 2,
  x: [1000, 2000, 3000],
  open: [1, null, 3],
  high: [2, null, 4],
  low: [0, null, 2],
  close: [1.5, null, 3.5],
  volume: [10, 0, 30],
  trades: [1, 0, 3],
};

describe("labels", () => {
  const label = (text: string, y: number, weight = 5): Label => ({ text, y, weight, colour: "" });

  it("are moved apart within the plot", () => {
    const placed = spread([label("a", 50), label("b", 52), label("c", 98)], 14, 0, 100);
    expect(placed.map((one) => one.y)).toEqual([50, 64, 98]);
  });

  it("are pushed up from the lower edge", () => {
    const placed = spread([label("a", 95), label("b", 99)], 14, 0, 100);
    expect(placed.map((one) => one.y)).toEqual([86, 100]);
  });

  it("give way by weight where there is no room", () => {
    const placed = spread([label("a", 10), label("b", 10, 9)], 14, 0, 20);
    expect(placed.map((one) => one.text)).toEqual(["b"]);
  });

  it("of little weight are left out beside heavier ones", () => {
    const kept = uncrowded([label("edge", 10, 1), label("line", 12, 9)], 14);
    expect(kept.map((one) => one.text)).toEqual(["line"]);
  });
});

it("marks of an axis have the decimals that their distance needs", () => {
  expect([500, 1, 0.5, 0.25, 0.1, 0.00025, 2.5].map(stepDecimals)).toEqual([0, 0, 1, 2, 1, 5, 1]);
});

it("a time axis has marks enough, and room for each, whatever it spans", () => {
  for (const width of [200, 300, 560, 900]) {
    for (let span = 10_000; span < 40 * 86_400_000; span *= 1.13) {
      const space = timeSpace(span, width);
      const step = TIME_STEPS.find((one) => (one * width) / span >= space) as number;
      const seconds = step < 60_000;
      expect(Math.floor(span / step)).toBeGreaterThanOrEqual(width < 300 ? 1 : 2);
      expect((step * width) / span).toBeGreaterThanOrEqual(seconds ? 72 : 50);
    }
  }
});

it("a time axis of many years has marks, too", () => {
  for (const years of [6, 10, 20, 40]) {
    const span = years * 365 * 86_400_000;
    const step = TIME_STEPS.find((one) => (one * 400) / span >= timeSpace(span, 400));
    expect(span / (step as number)).toBeGreaterThanOrEqual(2);
  }
});

describe("bars", () => {
  it("leave out intervals without trades", () => {
    expect(barsOf(candles).map((bar) => bar.time)).toEqual([1, 3]);
  });

  it("are compared from the oldest on", () => {
    const bars = barsOf(candles);
    const amended = [bars[0], { ...bars[1], close: 9 }] as typeof bars;
    expect(firstDifference(bars, bars)).toBe(2);
    expect(firstDifference(bars, amended)).toBe(1);
    expect(firstDifference(bars, bars.slice(0, 1))).toBe(0);
  });
});

describe("a group of charts", () => {
  const member = (extent: [number, number] | null): Member & { seen: (number | null)[] } => ({
    seen: [],
    extent: () => extent,
    gutter: () => 40,
    showCursor(x) {
      this.seen.push(x);
    },
    redraw: () => {},
  });

  it("shows the time that any of them has, until zoomed", () => {
    const group = new ChartGroup();
    group.join(member([10, 20]));
    group.join(member([5, 12]));
    group.join(member(null));
    expect(group.range()).toEqual([5, 20]);
    group.setZoom([11, 12]);
    expect(group.range()).toEqual([11, 12]);
  });

  it("shares the crosshair with all but the chart it comes from", () => {
    const group = new ChartGroup();
    const [one, two] = [member([0, 1]), member([0, 1])];
    group.join(one);
    group.join(two);
    group.cursor(7, one);
    expect([one.seen, two.seen]).toEqual([[], [7]]);
  });
});

describe("prose", () => {
  it("knows headings, paragraphs, lists and code", () => {
    const blocks = blocksOf("# Title\ntext\n\n- a\n- b\n\n1. c\n\n```py\nx = 1\n```");
    expect(blocks.map((block) => block.kind)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "code",
    ]);
  });

  it("does not make a link of what could run", () => {
    expect(inlineOf("[x](javascript:alert)")).toEqual([{ kind: "text", text: "x" }]);
    expect(inlineOf("a **b** `c` [d](https://e.org)").map((part) => part.kind)).toEqual([
      "text",
      "strong",
      "text",
      "code",
      "text",
      "link",
    ]);
  });
});

it("a sparkline breaks where a figure is absent", () => {
  expect(sparkPath([1, 2, null, 3, 4], 40, 20).match(/M/g)).toHaveLength(2);
});

it("a table puts absent figures last in both directions", () => {
  const rows = [
    { id: "a", v: 1 },
    { id: "b", v: null },
    { id: "c", v: 3 },
  ];
  const ids = (down: boolean) => ordered(rows, { id: "v", down }).map((row) => row.id);
  expect([ids(true), ids(false)]).toEqual([
    ["c", "a", "b"],
    ["a", "c", "b"],
  ]);
});

describe("bars of a table", () => {
  it("of shares are parts of one, of figures parts of the largest", () => {
    const rows = [
      { id: "a", p: 0.4, c: -2 },
      { id: "b", p: null, c: 1 },
    ];
    const columns = [
      { id: "p", title: "p", format: "progress" as const },
      { id: "c", title: "c", format: "bar" as const },
      { id: "n", title: "n", format: "number" as const },
    ];
    expect(largestOf(columns, rows)).toEqual({ p: 1, c: 2 });
  });

  it("of signed figures go both ways from the middle", () => {
    expect(extent(-2, 2, true)).toEqual([0, 50]);
    expect(extent(1, 2, true)).toEqual([50, 75]);
    expect(extent(0.4, 1, false)).toEqual([0, 40]);
    expect(extent(1.2, 1, false)).toEqual([0, 100]);
  });
});

describe("in words", () => {
  const panel: Panel = {
    id: "p",
    kind: "stream-lines",
    title: "z-score",
    columns: [{ id: "z", title: "z", format: "number", decimals: 1 }],
  };
  const lines: LinesPayload = { state, x: [0, 1000], lines: { z: [-2, 1.5] } };

  it("a chart of lines says its last, lowest and highest", () => {
    expect(linesSummary(panel, lines, "UTC")).toBe(
      "z-score: 2 points, 00:00:00 to 00:00:01 UTC. z: last 1.5, lowest −2.0, highest 1.5.",
    );
  });

  it("a chart of candles says its last close, low and high", () => {
    expect(candlesSummary({ ...panel, title: "BTC" }, candles, "UTC")).toBe(
      "BTC: 3 points, 00:00:01 to 00:00:03 UTC. Last close 3.50, low 0.00, high 4.00.",
    );
  });

  it("its table has the newest figures first", () => {
    const twin = twinOf(panel, lines);
    expect(twin?.rows.rows.map((row) => row.z)).toEqual([1.5, -2]);
    expect(twin?.columns.map((column) => column.id)).toEqual(["time", "z"]);
  });
});

describe("cards", () => {
  const rows = (n: number, spark: number[]) =>
    [...Array(n).keys()].map((i) => ({ id: `${i}`, spark }));
  const panel: Panel = { id: "p", kind: "kpi", title: "", height: 4 };
  const needed = (n: number, width: number, spark = [1, 2]) =>
    rowsFor(panel, { state, rows: rows(n, spark) }, width);

  it("fill their lines evenly", () => {
    expect([1200, 800, 360].map((width) => cardsPerLine(rows(6, [1, 2]), width))).toEqual([
      6, 3, 2,
    ]);
    expect(cardsPerLine(rows(8, []), 1200)).toBe(8);
  });

  it("make their panel as high as all of them need", () => {
    expect([needed(6, 1200), needed(6, 800), needed(24, 1200)]).toEqual([5, 8, 14]);
    expect(needed(3, 1200, [])).toBe(4);
  });
});

describe("a label beside a line", () => {
  it("is its figure alone where there is no room for its name", () => {
    const fits = (text: string) => text.length < 12;

    expect(fitting("Spread 0.5", fits)).toBe("Spread 0.5");
    expect(fitting("Account value 99,885.42", fits)).toBe("99,885.42");
  });
});
