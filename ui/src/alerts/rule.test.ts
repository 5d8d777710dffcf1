import { describe, expect, it } from "vitest";
import { callText, freshCondition, type Metric, ruleText, split, symbolWords } from "./rule";

const ZSCORE: Metric = {
  name: "zscore",
  group: "Pairs",
  meaning: "",
  unit: "",
  example: "",
  arguments: [
    { name: "y", type: "symbol", help: "" },
    { name: "x", type: "symbol", help: "", default: null },
    { name: "timeframe", type: "choice", help: "", default: "1s", options: ["1s", "1m"] },
    { name: "lookback", type: "integer", help: "", default: 500 },
    { name: "interval", type: "time", help: "", default: { type: "number", value: 8, unit: "h" } },
  ],
};

describe("a form as a rule", () => {
  it("writes a figure without what is at its default, and names what comes after", () => {
    expect([
      callText(ZSCORE, ["ETH", "BTC", "1s", "500", "8h"]),
      callText(ZSCORE, ["ETH", "BTC", "1m", "250", "8h"]),
      callText(ZSCORE, ["ETH", "BTC", "1s", "250", "4h"]),
      callText({ ...ZSCORE, name: "gaps", arguments: [] }, []),
    ]).toEqual([
      "zscore(ETH, BTC)",
      "zscore(ETH, BTC, 1m, 250)",
      "zscore(ETH, BTC, lookback=250, interval=4h)",
      "gaps()",
    ]);
  });

  it("joins two conditions and says its clauses in their order", () => {
    const first = { ...freshCondition(ZSCORE, ["A:BTC", "A:ETH"]), absolute: true, threshold: "2" };
    const second = { ...first, absolute: false, comparison: "crosses below", hysteresis: "0.5" };
    const clauses = { hold: "30s", cooldown: "5m", expires: "", quiet: "22:00-07:00" };
    expect(ruleText({ first, joined: "or", second, ...clauses }, [ZSCORE])).toBe(
      "abs(zscore(ETH, BTC)) > 2 or zscore(ETH, BTC) crosses below 2 hysteresis 0.5 " +
        "for 30s cooldown 5m quiet 22:00-07:00",
    );
    const hidden = { first, joined: "", second, ...clauses, hold: "", cooldown: "", quiet: "" };
    expect(ruleText(hidden, [ZSCORE])).toBe("abs(zscore(ETH, BTC)) > 2");
  });

  it("names symbols by their root where that says which", () => {
    expect(symbolWords(["A:ETH", "A:BTC", "B:BTC"])).toEqual(["ETH", "A:BTC", "B:BTC"]);
  });
});

it("the word that is wrong is cut out of the text by whole characters", () => {
  expect(split("a 𝛼zscor(b)", 3, 8)).toEqual(["a 𝛼", "zscor", "(b)"]);
  expect(split("ab", 2, 2)).toEqual(["ab", "", ""]);
  expect(split("ab", 7, 9)).toEqual(["ab", "", ""]);
});
