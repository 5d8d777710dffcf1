import { describe, expect, it } from "vitest";
import type { Palette } from "../theme/palette";
import type { Column, LinesPayload, Marker, Panel, SurfacePayload } from "../wire";
import { diverging, isLight, scaleOf, stepsOf } from "./heat";
import { cellAt } from "./heatDrawing";
import { gridOf } from "./heatGrid";
import { heightAt, lookOf, placeAt, textsByRow } from "./markers";
import { twinOf } from "./twin";

const PALETTE = {
  up: "#0000ff",
  down: "#ff0000",
  hover: "#808080",
  fault: "#aa0000",
  inkStrong: "#ffffff",
  accent: "#00ffff",
} as Palette;
const STATE = { word: "live" } as const;

describe("events on a chart", () => {
  const marker = (x: number, text: string): Marker => ({ x, kind: "buy", text });

  it("stand at the newest place at or before their moment", () => {
    expect([5, 10, 14, 30, 99].map((x) => placeAt([10, 20, 30], x))).toEqual([-1, 0, 0, 2, 2]);
  });

  it("stand on their line, over a gap at the figure before it", () => {
    const values = [1, null, 3];
    expect([10, 25, 30, 5].map((x) => heightAt([10, 20, 30], values, x))).toEqual([1, 1, 3, null]);
  });

  it("have a shape of their own, whatever the colours", () => {
    const shapes = ["buy", "sell", "close", "stop", "note"].map((k) => lookOf(k, PALETTE).shape);
    expect(new Set(shapes).size).toBe(5);
  });

  it("are named in the row of their moment", () => {
    const texts = textsByRow([10, 20], [marker(12, "a"), marker(19, "b"), marker(20, "c")]);
    expect([...texts]).toEqual([
      [0, "a; b"],
      [1, "c"],
    ]);
  });

  it("are in the table beyond its newest rows", () => {
    const x = Array.from({ length: 500 }, (_, i) => i * 1000);
    const payload: LinesPayload = { state: STATE, x, lines: { z: x }, markers: [marker(0, "old")] };
    const panel: Panel = { id: "p", kind: "stream-lines", title: "" };

    const twin = twinOf(panel, payload);

    expect(twin?.columns.at(-1)?.id).toBe("event");
    expect(twin?.rows.rows).toHaveLength(201);
    expect(twin?.rows.rows.at(-1)?.event).toBe("old");
  });
});

describe("a heat map", () => {
  const signed: Column = { id: "c", title: "c", format: "number", signed: true };
  const named: SurfacePayload = {
    state: STATE,
    x: [0, 1],
    y: [0, 1],
    layers: {
      c: [
        [1, -0.5],
        [null, 1],
      ],
    },
    names: ["X:A", "X:B"],
    columns: ["X:A", "X:B"],
  };

  it("of signed figures is coloured on both sides of nought", () => {
    const scale = scaleOf([[-1, 4]], signed, PALETTE);
    expect([scale?.low, scale?.high]).toEqual([-4, 4]);
    expect([0, 0.5, 1].map((share) => scale?.colour(share))).toEqual([
      "rgb(255 0 0)",
      "rgb(128 128 128)",
      "rgb(0 0 255)",
    ]);
    expect(diverging(-7, PALETTE)).toBe("rgb(255 0 0)");
    expect(scaleOf([[null]], signed, PALETTE)).toBeNull();
  });

  it("of other figures goes from the lowest to the highest", () => {
    const scale = scaleOf([[-1, 4]], { ...signed, signed: false }, PALETTE);
    expect([scale?.low, scale?.high]).toEqual([-1, 4]);
    expect(scale && stepsOf(scale)).toHaveLength(9);
  });

  it("writes on a colour so that it can be read", () => {
    expect([isLight("rgb(250 240 230)"), isLight("rgb(20 40 60)")]).toEqual([true, false]);
  });

  it("of names has its first row at the top and calls symbols by their root", () => {
    const grid = gridOf([], named);
    const plot = { left: 0, top: 0, width: 100, height: 100 };
    expect([grid.row(0), grid.column(1), grid.pointed(1)]).toEqual(["A", "B", "B"]);
    expect([cellAt(plot, grid, 75, 10), cellAt(plot, grid, 101, 10)]).toEqual([[0, 1], null]);
  });

  it("of numbers ascends and has the unit in its title", () => {
    const axes = [{ id: "x", title: "window", unit: "rows", format: "count" } as const];
    const grid = gridOf(axes, { x: [20, 30], y: [1, 2] });
    const plot = { left: 0, top: 0, width: 100, height: 100 };
    expect([grid.title, grid.column(0), grid.pointed(1)]).toEqual([
      "window [rows]",
      "20",
      "window 30 rows",
    ]);
    expect(cellAt(plot, grid, 75, 10)).toEqual([1, 1]);
  });

  it("of names has both of them in its table", () => {
    const panel: Panel = { id: "p", kind: "surface", title: "", columns: [signed] };
    const rows = twinOf(panel, named)?.rows.rows ?? [];
    expect(rows.map(({ name, x, c }) => [name, x, c])).toEqual([
      ["X:A", "X:A", 1],
      ["X:A", "X:B", -0.5],
      ["X:B", "X:B", 1],
    ]);
  });
});
