import { describe, expect, it } from "vitest";
import type { Panel } from "../wire";
import {
  arrangedPanels,
  changed,
  moved,
  nameOf,
  nextHeight,
  nextWidth,
  placesOf,
  putAt,
} from "./arrangement";

const PANELS: Panel[] = ["a", "b", "c", "d"].map((id) => ({
  id,
  kind: "table",
  title: id,
  width: 6,
  height: 7,
}));

function order(places: { id: string }[]): string {
  return places.map((place) => place.id).join("");
}

describe("places of a page", () => {
  it("are the deck's own where nothing was arranged", () => {
    expect(order(placesOf(PANELS, []))).toBe("abcd");
  });

  it("take panels that came since behind the one before them, and lose those that are gone", () => {
    const arranged = [{ id: "d" }, { id: "gone" }, { id: "a" }, { id: "b" }];

    expect(order(placesOf(PANELS, arranged))).toBe("dabc");
  });
});

describe("panels as arranged", () => {
  it("keep the deck's objects where no size was given", () => {
    expect(arrangedPanels(PANELS, placesOf(PANELS, []))[0]).toBe(PANELS[0]);
  });

  it("take given sizes, and leave out what is hidden", () => {
    const places = changed(placesOf(PANELS, [{ id: "c", width: 12 }]), "b", { hidden: true });

    expect(order(arrangedPanels(PANELS, places))).not.toContain("b");
    expect(arrangedPanels(PANELS, places).find((one) => one.id === "c")?.width).toBe(12);
    expect(arrangedPanels(PANELS, places).find((one) => one.id === "c")?.height).toBe(7);
  });
});

describe("moving a panel", () => {
  it("goes past hidden ones, and nowhere from the ends", () => {
    const places = changed(placesOf(PANELS, []), "b", { hidden: true });

    expect(order(moved(places, "a", 1))).toBe("bcad");
    expect(moved(places, "a", -1)).toBe(places);
    expect(moved(places, "d", 1)).toBe(places);
  });

  it("takes the place of another one, which makes room", () => {
    expect(order(putAt(placesOf(PANELS, []), "d", "b"))).toBe("adbc");
    expect(order(putAt(placesOf(PANELS, []), "a", "c"))).toBe("bcad");
  });
});

describe("sizes", () => {
  it("go to the next that is offered and stop at the ends", () => {
    const panel = PANELS[0] as Panel;

    expect([nextWidth(panel, 1), nextWidth(panel, -1)]).toEqual([8, 4]);
    expect(nextWidth({ ...panel, width: 12 }, 1)).toBe(12);
    expect(nextWidth({ ...panel, width: 5 }, -1)).toBe(4);
    expect([nextHeight(panel, 1), nextHeight({ ...panel, height: 3 }, -1)]).toEqual([9, 3]);
  });

  it("has the name of the kept one that it is", () => {
    const places = [{ id: "a", width: 6 }, { id: "b" }];

    expect(nameOf(places, { other: [{ id: "b" }], morning: [...places] })).toBe("morning");
    expect(nameOf([{ id: "a" }], { morning: places })).toBe("");
  });
});
