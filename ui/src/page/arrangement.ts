import type { Panel } from "../wire";

/** Where somebody put a panel; absent sizes are the deck's own. */
export interface Placed {
  id: string;
  width?: number | null;
  height?: number | null;
  hidden?: boolean;
}

/** The widths that are offered. [columns of 12] */
export const WIDTHS = [3, 4, 6, 8, 9, 12];
/** Rows of the grid that a panel may take. */
export const LEAST_ROWS = 3;
export const MOST_ROWS = 30;

const WIDTH = 6;
const HEIGHT = 7;
const STEP = 2;

/**
 * The places of all panels of a page: as they were arranged, and panels that came since then behind the
 * one that stands before them on the deck's own page. Places of panels that are gone are left out.
 */
export function placesOf(panels: Panel[], arranged: Placed[]): Placed[] {
  const known = new Set(panels.map((panel) => panel.id));
  const places = arranged.filter((place) => known.has(place.id));
  panels.forEach((panel, i) => {
    if (places.some((place) => place.id === panel.id)) return;
    const before = panels[i - 1]?.id;
    const at = places.findIndex((place) => place.id === before);
    places.splice(at + 1, 0, { id: panel.id });
  });
  return places;
}

/** The panels as they were arranged, with the sizes that were given to them, without hidden ones. */
export function arrangedPanels(panels: Panel[], places: Placed[]): Panel[] {
  const byId = new Map(panels.map((panel) => [panel.id, panel]));
  return places.flatMap((place) => {
    const panel = byId.get(place.id);
    if (panel === undefined || place.hidden) return [];
    if (place.width == null && place.height == null) return [panel];
    return [
      {
        ...panel,
        width: place.width ?? panel.width,
        height: place.height ?? panel.height,
      } as Panel,
    ];
  });
}

/** Moves a panel by so many places among those that are shown. */
export function moved(places: Placed[], id: string, by: number): Placed[] {
  const shown = places.filter((place) => !place.hidden);
  const other = shown[shown.findIndex((place) => place.id === id) + by];
  return other === undefined ? places : putAt(places, id, other.id);
}

/** Puts a panel where another one stands, which makes room. */
export function putAt(places: Placed[], id: string, target: string): Placed[] {
  const from = places.findIndex((place) => place.id === id);
  const to = places.findIndex((place) => place.id === target);
  if (from < 0 || to < 0 || from === to) return places;
  const rest = places.filter((place) => place.id !== id);
  rest.splice(to, 0, places[from] as Placed);
  return rest;
}

/** The next width or height of a panel; the same where there is none. */
export function nextWidth(panel: Panel, by: 1 | -1): number {
  const width = panel.width ?? WIDTH;
  const further = WIDTHS.filter((one) => (by > 0 ? one > width : one < width));
  return (by > 0 ? further[0] : further.at(-1)) ?? width;
}

export function nextHeight(panel: Panel, by: 1 | -1): number {
  const height = (panel.height ?? HEIGHT) + by * STEP;
  return Math.max(LEAST_ROWS, Math.min(MOST_ROWS, height));
}

/** Changes what is said of one panel. */
export function changed(places: Placed[], id: string, change: Partial<Placed>): Placed[] {
  return places.map((place) => (place.id === id ? { ...place, ...change } : place));
}

/** Name of the arrangement that these places are; "" where none of those kept under names is the same. */
export function nameOf(places: Placed[], named: Record<string, Placed[]>): string {
  const text = JSON.stringify(places);
  return Object.keys(named).find((name) => JSON.stringify(named[name]) === text) ?? "";
}
