import { describe, expect, it } from "vitest";
import type { Column, CurvePayload } from "../wire";
import { drawingsOf, joined, nearest, rangeOf } from "./curve";
import { heatRange, labelled, viridis } from "./heat";

const COLUMNS: Column[] = [
  { id: "mid", title: "Mid", mark: "points" },
  { id: "fit", title: "Fit", mark: "line" },
];
const PAYLOAD: CurvePayload = {
  state: { word: "live" },
  curves: [
    { id: "fit", x: [1, 2, 3], y: [0.04, 0.041, 0.042] },
    { id: "mid", x: [1, 3], y: [0.041, 0.043], low: [0.03, null], high: [0.05, null] },
  ],
};

describe("curves", () => {
  it("keep the order and the colour of the spec, whatever the payload has", () => {
    const both = drawingsOf(PAYLOAD, COLUMNS, ["red", "blue"]);
    const one = drawingsOf({ ...PAYLOAD, curves: PAYLOAD.curves.slice(0, 1) }, COLUMNS, [
      "red",
      "blue",
    ]);

    expect(both.map(({ column, colour }) => [column.id, colour])).toEqual([
      ["mid", "red"],
      ["fit", "blue"],
    ]);
    expect(one.map(({ column, colour }) => [column.id, colour])).toEqual([["fit", "blue"]]);
  });

  it("without a title have the colour of the one before them", () => {
    const columns = [...COLUMNS, { id: "low", title: "" }, { id: "last", title: "Last" }];
    const ids = ["mid", "fit", "low", "last"];
    const payload = { ...PAYLOAD, curves: ids.map((id) => ({ id, x: [1], y: [1] })) };

    const drawn = drawingsOf(payload, columns, ["red", "blue", "green"]);

    expect(drawn.map(({ colour }) => colour)).toEqual(["red", "blue", "blue", "green"]);
  });

  it("share one column of x, with holes where a curve has no point", () => {
    const [x, mid, fit] = joined(drawingsOf(PAYLOAD, COLUMNS, ["red"]));

    expect(x).toEqual([1, 2, 3]);
    expect([mid?.[0], mid?.[2]]).toEqual([0.041, 0.043]);
    expect(mid?.[1] ?? null).toBeNull();
    expect(fit).toEqual([0.04, 0.041, 0.042]);
  });

  it("are not flattened by one error bar that is wider than all of them", () => {
    const wide = structuredClone(PAYLOAD);
    (wide.curves[1] as { high: number[] }).high = [9, 0.044];

    const [low, high] = rangeOf(drawingsOf(wide, COLUMNS, ["red"]));

    expect(high).toBeLessThan(0.05);
    expect(low).toBeGreaterThan(0.035);
  });

  it.each([
    [0, 0],
    [4.9, 0],
    [5.1, 1],
    [99, 2],
  ])("find the point nearest to %f", (x, index) => {
    expect(nearest([0, 10, 20], x)).toBe(index);
  });

  it("find no point where there is none", () => {
    expect(nearest([], 3)).toBeNull();
  });
});

describe("heat maps", () => {
  it("let outliers share the last colour", () => {
    const row = Array.from({ length: 100 }, (_, i) => i);

    expect(heatRange([[...row, 1e9, null]])).toEqual([2, 98]);
  });

  it("have a range where all figures are equal, and none where there are none", () => {
    expect(heatRange([[3, 3]])).toEqual([2.5, 3.5]);
    expect(heatRange([[null]])).toBeNull();
  });

  it("colour the ends as viridis does, and nothing beyond", () => {
    expect(viridis(-1)).toBe("rgb(68 1 84)");
    expect(viridis(2)).toBe("rgb(253 231 37)");
  });

  it("label only as many places as there is room for", () => {
    expect(labelled(10, 100, 30)).toEqual([0, 3, 6, 9]);
  });
});
