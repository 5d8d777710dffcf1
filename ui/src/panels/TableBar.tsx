import { isAbsent } from "../format/figures";
import type { Cell, Column, Row } from "../wire";

/** What a whole bar stands for, by column: 1 of shares, the largest size of signed figures. */
export type Largest = Readonly<Record<string, number>>;

const NONE: Largest = {};

export function largestOf(columns: Column[], rows: Row[]): Largest {
  const drawn = columns.filter(({ format }) => format === "progress" || format === "bar");
  if (drawn.length === 0) return NONE;
  return Object.fromEntries(
    drawn.map(({ id, format }) => {
      const sizes = rows.map((row) => (typeof row[id] === "number" ? Math.abs(row[id]) : 0));
      return [id, format === "progress" ? 1 : Math.max(0, ...sizes)];
    }),
  );
}

/** From and to of a bar, in hundredths of its room; a signed one begins in the middle. */
export function extent(value: number, most: number, signed: boolean): [number, number] {
  const share = Math.min(1, Math.max(-1, value / most));
  if (!signed) return [0, 100 * Math.max(0, share)];
  return share < 0 ? [50 + 50 * share, 50] : [50, 50 + 50 * share];
}

interface Properties {
  value: Cell;
  most: number;
  signed: boolean;
}

/** A bar under the figure of a cell, which says the same: it is drawn for the eye alone. */
export function TableBar({ value, most, signed }: Properties) {
  if (isAbsent(value) || typeof value !== "number") return null;
  const [from, to] = extent(value, most, signed);
  const tone = signed ? (value < 0 ? "table__bar--down" : "table__bar--up") : "";
  return (
    <span className={`table__bar ${tone}`} aria-hidden="true">
      <i style={{ left: `${from}%`, width: `${to - from}%` }} />
      {signed && <b />}
    </span>
  );
}
