import { describe, expect, it } from "vitest";
import { ABSENT, age, duration, figure, naturalDecimals, write } from "./figures";
import { axisTime, clockTime, dateTime } from "./time";

describe("figures", () => {
  it.each([
    [{ format: "price" as const, decimals: 2 }, 61250.4, "61,250.40"],
    [{ format: "number" as const, decimals: 2 }, -1.239, "−1.24"],
    [{ format: "number" as const, decimals: 2, signed: true }, 1.2, "+1.20"],
    [{ format: "number" as const, decimals: 1, signed: true }, 0.01, "0.0"],
    [{ format: "number" as const, decimals: 1 }, -0.01, "0.0"],
    [{ format: "number" as const }, 0.00012345, "0.00012345"],
    [{ format: "count" as const }, 1234567, "1,234,567"],
    [{ format: "percent" as const, signed: true }, 0.0123, "+1.23%"],
    [{ format: "pvalue" as const }, 0.2712, "0.27"],
    [{ format: "pvalue" as const }, 0.0031, "0.0031"],
    [{ format: "pvalue" as const }, 0.00000001, "< 0.0001"],
    [{ format: "pvalue" as const }, 0, "< 0.0001"],
    [{ format: "bytes" as const }, 123456, "123 kB"],
    [{ format: "bytes" as const }, 1.84e9, "1.8 GB"],
    [{ format: "rate" as const }, 38112, "38.1k/s"],
    [{ format: "duration" as const }, 94, "1.6 min"],
    [{ format: "number" as const, unit: "bp", decimals: 1 }, 6.4, "6.4 bp"],
    [{ format: "text" as const }, "BTC", "BTC"],
    [{ format: "number" as const }, null, ABSENT],
    [{ format: "number" as const }, Number.NaN, ABSENT],
  ])("writes %j of %s as %s", (style, value, text) => {
    expect(write(value, style)).toBe(text);
  });

  it("takes the decimals of the row before those of the column", () => {
    const row = { id: "a", decimals: 1 };
    expect(figure(2684.31, { format: "price", decimals: 4 }, row).text).toBe("2,684.3");
  });

  it("shows about five significant digits where nobody says how many", () => {
    expect([0, 7, 61250.4, 2.5, 0.012].map(naturalDecimals)).toEqual([0, 0, 0, 4, 6]);
  });

  it("gives an age in its largest fitting unit", () => {
    expect([0.42, 42, 600, 86400].map(age)).toEqual(["0.4 s", "42 s", "10 min", "24 h"]);
  });

  it("gives short times in small units", () => {
    expect([0.0000031, 0.012, 3.25, 7200].map(duration)).toEqual([
      "3 µs",
      "12 ms",
      "3.3 s",
      "2.0 h",
    ]);
  });
});

describe("times", () => {
  const at = Date.UTC(2024, 7, 8, 14, 3, 22, 120);

  it("are shown in UTC", () => {
    expect(clockTime(at, "UTC")).toBe("14:03:22");
  });

  it("carry the date where it is not today's", () => {
    expect(dateTime(at, "UTC", at)).toBe("14:03:22");
    expect(dateTime(at, "UTC", at + 86_400_000)).toBe("8 Aug 2024 14:03:22");
  });

  it("carry the date always where a column asks for it", () => {
    const now = Date.now();
    expect(figure(at, { format: "datetime" }).text).toBe("8 Aug 2024 14:03:22");
    expect(figure(now, { format: "datetime" }).text).not.toBe(clockTime(now, "UTC"));
  });

  it("are as fine on an axis as its marks are apart", () => {
    const labels = [100, 1000, 60_000, 86_400_000].map((step) => axisTime(at, step, "UTC"));
    expect(labels).toEqual(["22.120", "14:03:22", "14:03", "8 Aug"]);
  });
});
