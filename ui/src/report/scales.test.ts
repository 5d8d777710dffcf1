import { describe, expect, it } from "vitest";
import { decimalsFor, extent, moment, nearest, thinned, ticks, timeTicks, write } from "./scales";

const DAY = 86_400_000;

describe("scales of a tear sheet", () => {
  it("places round numbers between two others", () => {
    expect(ticks(-0.013, 0.052, 4)).toEqual([0, 0.02, 0.04]);
    expect(ticks(3, 3, 4)).toEqual([3]);
  });

  it("writes as many decimals as tell neighbours apart", () => {
    expect([1, 0.5, 0.02, 20].map(decimalsFor)).toEqual([0, 1, 2, 0]);
  });

  it("writes shares in per cent with a true minus sign, and a dash for nothing", () => {
    expect(write(-0.0123, true, 1)).toBe("\u22121.2 %");
    expect(write(null, true, 1)).toBe("\u2013");
  });

  it("marks years over years, months over a year, days over a month", () => {
    const at = Date.UTC(2020, 0, 15);
    const words = (span: number) => timeTicks(at, at + span * DAY, 6).map(([, text]) => text);
    expect(words(6 * 365)).toEqual(["2021", "2022", "2023", "2024", "2025", "2026"]);
    expect(words(300)).toEqual(["Mar 20", "May 20", "Jul 20", "Sep 20", "Nov 20"]);
    expect(words(20)).toContain("01-23");
  });

  it("finds the nearest row", () => {
    expect([0, 4, 6, 99].map((place) => nearest([1, 5, 9], place))).toEqual([0, 1, 1, 2]);
  });

  it("knows no extent where there is no figure", () => {
    expect(extent([[null, null]], 0, 1)).toBeNull();
    expect(extent([[1, null, 3], [2]], 0, 2)).toEqual([1, 3]);
  });

  it("keeps the deepest fall of many rows", () => {
    const values = Array.from({ length: 10_000 }, (_, i) => (i === 5003 ? -9 : Math.sin(i)));
    const rows = thinned(values, 0, 9999, 100);
    expect(rows).toContain(5003);
    expect(rows.length).toBeLessThanOrEqual(400);
  });

  it("says the day of a midnight and the time of any other moment", () => {
    expect(moment(Date.UTC(2020, 1, 19))).toBe("2020-02-19");
    expect(moment(Date.UTC(2020, 1, 19, 14, 30))).toBe("2020-02-19 14:30 UTC");
  });
});
