import { describe, expect, it } from "vitest";
import { ApiError } from "../api";
import { asksBack } from "./act";

describe("asksBack", () => {
  it("gives the question of what the deck wants to be agreed to", () => {
    expect(asksBack(new ApiError(409, "unconfirmed", "Buy 9 BTCUSDT?", ""))).toBe("Buy 9 BTCUSDT?");
  });

  it("leaves every other fault a fault", () => {
    expect(asksBack(new ApiError(409, "conflict", "There is another order.", ""))).toBe("");
    expect(asksBack(new Error("no line"))).toBe("");
  });
});
