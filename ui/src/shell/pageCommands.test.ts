import { describe, expect, it } from "vitest";
import type { Action, Page } from "../wire";
import { workCommands } from "./pageCommands";

function pageWith(actions: Action[], id = "home"): Page {
  const panel = { id: `${id}.run`, kind: "table" as const, title: "Run", actions };
  return { id, title: id, icon: "home", question: "", panels: [panel] };
}

const READ: Action = {
  id: "read",
  title: "Read all",
  method: "POST",
  path: "/read",
  where: "panel",
};

describe("what the palette offers of the panels' actions", () => {
  it("is what wants no row", () => {
    const row = { ...READ, id: "one", path: "/read/{id}", where: "row" };
    const view = { ...READ, id: "go", method: "GET", path: "alerts" };

    const found = workCommands([pageWith([READ, row, view])]);

    expect(found.map((one) => one.title)).toEqual(["Read all"]);
  });

  it("has each once, however many panels offer it", () => {
    expect(workCommands([pageWith([READ]), pageWith([READ], "alerts")])).toHaveLength(1);
  });

  it("has a switch of the whole deck, which stands in a row", () => {
    const halt = { ...READ, id: "halt", title: "Halt", path: "/paper/{halt}", where: "row" };

    expect(workCommands([pageWith([halt])]).map((one) => one.title)).toEqual(["Halt"]);
  });
});
