import { write } from "../format/figures";
import type { Column, SurfacePayload } from "../wire";
import { isSymbol } from "./Symbol";

/** How the cells of a heat map lie and are called. */
export interface Grid {
  rows: number;
  columns: number;
  /** Of names on both axes: the first row is at the top, and names stand upright under columns. */
  named: boolean;
  title: string;
  row(i: number): string;
  column(j: number): string;
  /** A column as it is said to who points at it. */
  pointed(j: number): string;
}

const PLAIN: Column = { id: "", title: "", format: "number" };

// Where many symbols stand beside each other, their venue would be in the way.
function short(name: string): string {
  return isSymbol(name) ? name.slice(name.indexOf(":") + 1) : name;
}

/** Rows and columns of a surface by their names where they have such, else by their numbers. */
export function gridOf(
  axes: Column[],
  { x, y, names, columns }: Omit<SurfacePayload, "state" | "layers">,
): Grid {
  const [across, up] = [axes[0] ?? PLAIN, axes[1] ?? PLAIN];
  const named = (columns?.length ?? 0) > 0;
  // The title says the unit once for all of them.
  const plain = { ...across, unit: "" };
  const column = (j: number) => (named ? short(columns?.[j] ?? "") : write(x[j], plain));
  return {
    rows: y.length,
    columns: x.length,
    named,
    title: across.unit ? `${across.title} [${across.unit}]` : across.title,
    row: (i) => short(names?.[i] ?? "") || write(y[i], up),
    column,
    pointed: (j) => (named ? column(j) : `${across.title} ${write(x[j], across)}`),
  };
}
