import { describe, expect, it } from "vitest";
import { withNotice } from "../notices";
import { goToKeys } from "../shell/keys";
import type { View } from "../stream/entry";
import { paramsOf, topicOf } from "../stream/topic";
import type { Page, Panel, PanelState } from "../wire";
import { ageOf, standingOf, titleOf } from "./state";
import { hintOf, isReady, putRight, valuesOf } from "./values";

const page: Page = {
  id: "pairs",
  title: "Pairs",
  icon: "pairs",
  question: "",
  controls: [
    { id: "y", title: "y", type: "symbol", default: "" },
    { id: "x", title: "x", type: "symbol", default: "" },
    { id: "timeframe", title: "", type: "choice", default: "1s", options: ["1s", "1m"] },
    { id: "window", title: "", type: "integer", default: "300", minimum: 20, maximum: 500 },
    { id: "log", title: "", type: "toggle", default: "true" },
  ],
};

describe("the values of a page's choices", () => {
  it("are their defaults, and the captured symbols in their order", () => {
    expect(valuesOf(page, {}, ["A", "B", "C"])).toEqual({
      y: "A",
      x: "B",
      timeframe: "1s",
      window: "300",
      log: "true",
    });
  });

  it("come from the address where that makes sense", () => {
    const query = { y: "C", timeframe: "2h", window: "9999", log: "false" };
    expect(valuesOf(page, query, ["A", "B"])).toEqual({
      y: "C",
      x: "B",
      timeframe: "1s",
      window: "500",
      log: "false",
    });
  });

  it("put the address right where it is wrong, and leave it where it is not", () => {
    const right = (query: Record<string, string>) =>
      putRight(page, query, valuesOf(page, query, ["A", "B"]));
    expect(right({ y: "C", timeframe: "2h", other: "1" })).toBe("/pairs?y=C&timeframe=1s&other=1");
    expect([right({}), right({ timeframe: "1m", window: "60" })]).toEqual([null, null]);
  });

  it("are not complete before the symbols are known", () => {
    const values = valuesOf(page, {}, []);
    expect(isReady(page, ["y", "window"], values)).toBe(false);
    expect(isReady(page, ["window"], values)).toBe(true);
  });

  it("name their limits before their sentence", () => {
    const control = { id: "n", title: "n", type: "integer", default: "1", help: "Rows." } as const;
    expect([
      hintOf({ ...control, minimum: 10, maximum: 2000 }),
      hintOf({ ...control, minimum: 1 }),
      hintOf({ ...control, help: "" }),
    ]).toEqual(["10 to 2000. Rows.", "At least 1. Rows.", ""]);
  });

  it("make a topic with parameters sorted by name", () => {
    const values = valuesOf(page, {}, ["B:X", "B:Y"]);
    const params = paramsOf(["y", "x", "window"], values);
    expect(topicOf("pairs.z", params)).toBe("pairs.z?window=300&x=B%3AY&y=B%3AX");
  });
});

describe("a panel's standing", () => {
  const panel: Panel = { id: "p", kind: "table", title: "", empty: "Press Start." };
  const view = (state: PanelState, rows = [{ id: "a" }]): View => ({
    payload: { state, rows },
    error: null,
    ts: 0,
    receivedAt: 1000,
  });
  const of = (
    one: View | null,
    phase: "open" | "waiting" | "connecting" = "open",
    paused = false,
  ) => standingOf(panel, one, phase, paused);

  it("is loading until something has arrived", () => {
    expect(of(null).situation).toBe("loading");
    expect(of(null, "connecting").situation).toBe("loading");
  });

  it("is empty without rows and says what would fill it", () => {
    expect(of(view({ word: "live" }, []))).toMatchObject({ situation: "empty", detail: "" });
    expect(of(view({ word: "empty", detail: "No trade yet." }, [])).detail).toBe("No trade yet.");
  });

  it("is empty where every figure of a chart is absent", () => {
    const payload = { state: { word: "empty", detail: "35 rows" } as const, x: [1, 2] };
    const blank = {
      ...view({ word: "live" }),
      payload: { ...payload, lines: { z: [null, null] } },
    };
    const drawn = { ...blank, payload: { ...payload, lines: { z: [null, 1] } } };
    expect([of(blank).situation, of(drawn).situation]).toEqual(["empty", "shown"]);
    const curve = { id: "c", x: [], y: [] };
    const none = { state: payload.state, curves: [curve] };
    expect(of({ ...view({ word: "live" }), payload: none }).situation).toBe("empty");
  });

  it("shows partial figures with what is missing", () => {
    expect(of(view({ word: "partial", detail: "SOL is missing." }))).toMatchObject({
      situation: "shown",
      word: "partial",
      greyed: false,
      detail: "SOL is missing.",
    });
  });

  it("keeps stale figures, greyed", () => {
    expect(of(view({ word: "stale" }))).toMatchObject({ situation: "shown", greyed: true });
  });

  it("keeps figures without a connection, greyed", () => {
    expect(of(view({ word: "live" }), "waiting")).toMatchObject({
      word: "no connection",
      greyed: true,
    });
  });

  it("tells an error with its cause", () => {
    const error = { code: "internal", message: "The tape cannot be read." };
    const none = { payload: null, ts: 0, receivedAt: 0 };
    expect(of({ ...none, error })).toMatchObject({
      situation: "error",
      detail: "The tape cannot be read.",
    });
    expect(of({ ...none, error: { ...error, code: "no-data" } }).situation).toBe("empty");
  });

  it("is refused where asking again cannot help", () => {
    const error = { code: "bad-input", message: "The two symbols are the same." };
    expect(of({ payload: null, error, ts: 0, receivedAt: 0 })).toMatchObject({
      situation: "refused",
      word: "empty",
      detail: "The two symbols are the same.",
    });
  });

  it("keeps the old figures while others are computed", () => {
    const kept = standingOf(panel, view({ word: "live" }), "open", false, true);
    expect(kept).toMatchObject({ situation: "shown", word: "loading", busy: true });
    expect(of(view({ word: "loading" }))).toMatchObject({ situation: "shown", busy: true });
    expect(of(view({ word: "live" })).busy).toBe(false);
  });

  it("is paused when asked", () => {
    expect(of(view({ word: "live" }), "open", true).word).toBe("paused");
  });

  it("ages while nothing arrives", () => {
    expect(ageOf(view({ word: "live", age_s: 0.5 }), 4000)).toBe(3.5);
    expect(ageOf(view({ word: "live", age_s: null }), 4000)).toBeNull();
  });
});

it("a panel is called as its payload says, else as its page says", () => {
  const panel: Panel = { id: "p", kind: "candles", title: "Price of y" };
  const none = { open: [], high: [], low: [], close: [], volume: [], trades: [] };
  const payload = { state: { word: "live" } as const, decimals: 2, x: [], ...none };
  const titled = { ...payload, title: "ETHUSDT price, 1s bars" };
  expect([null, payload, { ...payload, title: "" }, titled].map((p) => titleOf(panel, p))).toEqual([
    "Price of y",
    "Price of y",
    "Price of y",
    "ETHUSDT price, 1s bars",
  ]);
});

it("every page has a key of its own after g", () => {
  const named = ["dashboard", "pairs", "portfolio", "exports"].map((id) => ({ ...page, id }));
  expect([...goToKeys(named).keys()]).toEqual(["d", "p", "o", "e"]);
  const grouped = ["boxes", "pairs", "backtest", "alerts"].map((id) => ({ ...page, id }));
  expect([...goToKeys(grouped).keys()]).toEqual(["b", "p", "c", "a"]);
});

it("a notice that comes again counts up and moves to the front", () => {
  const one = withNotice([], "a", "info", "first", 1);
  const two = withNotice(one, "b", "warn", "other", 2);
  const three = withNotice(two, "a", "info", "again", 3);
  expect(three.map((notice) => [notice.key, notice.times])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
