import { describe, expect, it } from "vitest";
import type { Control } from "../wire";
import {
  bodyOfFields,
  faultsOf,
  fieldValues,
  queryOfFields,
  typeOfFile,
  wrongFields,
} from "./form";

const FIELDS: Control[] = [
  { id: "y", title: "y", type: "symbol", default: "" },
  { id: "window", title: "Window", type: "integer", default: "60", minimum: 20, maximum: 500 },
  { id: "entry", title: "Entry", type: "number", default: "2" },
  { id: "both", title: "Both sides", type: "toggle", default: "true" },
  { id: "note", title: "Note", type: "text", default: "" },
  { id: "file", title: "File", type: "file", default: "" },
];

describe("the fields of a form", () => {
  it("hold what was typed, else their default, else the next symbol", () => {
    expect(fieldValues(FIELDS, { entry: "2.5" }, ["A:B"])).toEqual({
      y: "A:B",
      window: "60",
      entry: "2.5",
      both: "true",
      note: "",
      file: "",
    });
  });

  it("are sent as figures and booleans, the empty ones not at all", () => {
    const values = { y: "A:B", window: " 60 ", entry: "-.5", both: "false", note: "", file: "" };
    expect(bodyOfFields(FIELDS, values)).toEqual({
      y: "A:B",
      window: 60,
      entry: -0.5,
      both: false,
    });
    expect(queryOfFields(FIELDS, values)).toBe("y=A%3AB&window=60&entry=-0.5&both=false");
  });

  it("are looked at before they are sent", () => {
    const wrong = (window: string, entry: string) => wrongFields(FIELDS, { window, entry });
    expect(wrong("10", "1,5")).toEqual({
      window: "Window is 20 to 500",
      entry: "Entry is a number",
    });
    expect(wrong("60.5", "").window).toBe("Window is a whole number");
    expect(wrong("500", "1e-3")).toEqual({});
  });
});

describe("a refusal", () => {
  it("stands under the fields that it names", () => {
    const named = { entry: "must be above exit", size: "unknown" };
    expect(faultsOf(FIELDS, named, "entry: …; size: …")).toEqual({
      byField: { entry: "must be above exit" },
      rest: "entry: …; size: …",
    });
    expect(faultsOf(FIELDS, { entry: "no" }, "entry: no").rest).toBe("");
  });

  it("stands under the field that its sentence begins with", () => {
    const said = "window must be below the rows, was 600";
    expect(faultsOf(FIELDS, {}, said)).toEqual({ byField: { window: said }, rest: "" });
    expect(faultsOf(FIELDS, {}, "windows are closed")).toEqual({
      byField: {},
      rest: "windows are closed",
    });
  });
});

it("a file is sent as what its name says", () => {
  expect(["a.csv", "b.NDJSON", "c.csv.gz", "d"].map(typeOfFile)).toEqual([
    "text/csv",
    "application/x-ndjson",
    "application/gzip",
    "text/csv",
  ]);
});
