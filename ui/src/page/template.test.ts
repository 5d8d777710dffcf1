import { describe, expect, it } from "vitest";
import { inDeck } from "../address";
import type { Action } from "../wire";
import { bodyOf, filled, isOffered, pathOf, saidOf } from "./template";

const row = { id: "r/1", name: "Stretched & back", hits: 7, muted: false };

describe("what an action sends", () => {
  it("has the cells of its row in the address, escaped", () => {
    expect(pathOf("/api/v1/alerts/rules/{id}/mute", row)).toBe("/api/v1/alerts/rules/r%2F1/mute");
    expect(pathOf("alerts?edit={id}&x={none}", row)).toBe("alerts?edit=r%2F1&x=");
  });

  it("is not offered where a cell of its address is null", () => {
    const path = "/api/v1/jobs/{running}?of={choice}";
    expect([isOffered(path, { running: "r1" }), isOffered(path, { running: null })]).toEqual([
      true,
      false,
    ]);
  });

  it("keeps the type of a value that is one name alone", () => {
    expect(bodyOf({ n: "{hits}", m: "{muted}", t: "{hits} of {name}", k: "{no}" }, row)).toEqual({
      n: 7,
      m: false,
      t: "7 of Stretched & back",
      k: null,
    });
  });

  it("is asked about in words", () => {
    expect(filled("Delete {name}?", row)).toBe("Delete Stretched & back?");
  });

  it("is told by itself, else by the answer, else by its title", () => {
    const action: Action = { id: "a", title: "Run", method: "POST", path: "" };
    expect([
      saidOf({ ...action, done: "Saved." }, { message: "no" }),
      saidOf(action, { message: "12 trades." }),
      saidOf(action, null),
    ]).toEqual(["Saved.", "12 trades.", "Run: done."]);
  });
});

it("an address of another host is none of this deck", () => {
  const deck = "http://127.0.0.1:8050";
  const foreign = [
    "//evil.example/x",
    "https://evil.example",
    "/\\evil.example",
    "javascript:go()",
  ];
  expect(foreign.map((address) => inDeck(address, deck))).toEqual([null, null, null, null]);
  expect(inDeck("alerts?edit=1", deck)).toBe("/alerts?edit=1");
  expect(inDeck("/pairs?y=A:B", deck)).toBe("/pairs?y=A:B");
});
