import { describe, expect, it } from "vitest";
import { limitsOf, sectionsOf, titleOf } from "./rows";
import type { Setting } from "./wire";

const PORT: Setting = {
  key: "port",
  section: "",
  kind: "integer",
  options: [],
  minimum: 0,
  maximum: 65535,
  may_be_empty: false,
  value: "8050",
  default: "8050",
  source: "default",
  help: "port of the page",
};
const SYMBOLS: Setting = {
  ...PORT,
  key: "feeds.alpaca.max_quotes",
  section: "feeds.alpaca",
  kind: "list",
  minimum: null,
  maximum: null,
  help: "quotes streamed at once",
};

describe("settings", () => {
  it("are grouped by section and found by all words", () => {
    expect(sectionsOf([PORT, SYMBOLS], "").map(([name]) => name)).toEqual(["", "feeds.alpaca"]);
    expect(sectionsOf([PORT, SYMBOLS], "Alpaca quotes")).toEqual([["feeds.alpaca", [SYMBOLS]]]);
    expect(sectionsOf([PORT, SYMBOLS], "nothing")).toEqual([]);
  });

  it("are named by the end of their key", () => {
    expect(titleOf(SYMBOLS)).toBe("Max quotes");
  });

  it("tell their limits", () => {
    expect(limitsOf(PORT)).toBe("0 to 65535");
    expect(limitsOf({ ...SYMBOLS, may_be_empty: true })).toBe("separated by commas; may be empty");
    expect(limitsOf({ ...PORT, maximum: null, minimum: 1 })).toBe("at least 1");
  });
});
