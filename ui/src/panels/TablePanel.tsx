import { memo, type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import { isAbsent, isNumeric } from "../format/figures";
import { zoneName } from "../format/time";
import { useZone } from "../format/zone";
import { ActionButton } from "../page/ActionButton";
import { useSurroundings } from "../page/context";
import { isOffered } from "../page/template";
import type { Action, Cell, Column, Panel, Row, RowsPayload } from "../wire";
import { FigureText } from "./FigureText";
import { useSize } from "./size";
import { type Largest, largestOf, TableBar } from "./TableBar";
import { type Calm, useFlash } from "./useFlash";

const MOST_ROWS = 400;
const FEW_ROWS = 5;

interface Order {
  id: string;
  down: boolean;
}

/** Rows in the order asked for; absent figures come last in both directions. */
export function ordered(rows: Row[], order: Order | null): Row[] {
  if (order === null) return rows;
  const sign = order.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const x = a[order.id] as Cell;
    const y = b[order.id] as Cell;
    if (isAbsent(x) || isAbsent(y)) return Number(isAbsent(x)) - Number(isAbsent(y));
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), "en", { numeric: true });
  });
}

function columnsOf(panel: Panel, rows: Row[]): Column[] {
  if (panel.columns && panel.columns.length > 0) return panel.columns;
  const ids = Object.keys(rows[0] ?? {}).filter((id) => id !== "id");
  return ids.map((id) => ({
    id,
    title: id,
    format: typeof rows[0]?.[id] === "number" ? "number" : "text",
  }));
}

// Where most rows change together, that they changed says nothing of any of them.
function useCalm(rows: Row[]): Calm {
  const calm = useRef(false);
  const before = useRef(rows);
  if (before.current !== rows) {
    const known = new Set(before.current);
    const changed = rows.filter((row) => !known.has(row)).length;
    calm.current = changed > Math.max(FEW_ROWS, rows.length / 3);
    before.current = rows;
  }
  return calm;
}

// A table that is wider than its panel is set closer before any of it is out of sight.
function useTight(frame: RefObject<HTMLElement | null>, columns: Column[], rows: number): void {
  const { width } = useSize(frame);
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew where one of these changes
  useLayoutEffect(() => {
    const table = frame.current;
    if (table === null) return;
    table.classList.remove("table--tight");
    if (table.scrollWidth > table.clientWidth) table.classList.add("table--tight");
  }, [frame, columns, rows, width]);
}

/** Rows and columns; a press on a head sorts. */
export function TablePanel({ panel, payload }: { panel: Panel; payload: RowsPayload }) {
  const [order, setOrder] = useState<Order | null>(null);
  const columns = useMemo(() => columnsOf(panel, payload.rows), [panel, payload.rows]);
  const rows = ordered(payload.rows, order).slice(0, MOST_ROWS);
  const left = payload.rows.length - rows.length;
  const calm = useCalm(payload.rows);
  const frame = useRef<HTMLElement>(null);
  useTight(frame, columns, rows.length);
  const largest = useMemo(() => largestOf(columns, payload.rows), [columns, payload.rows]);
  const actions = useMemo(
    () => (panel.actions ?? []).filter((action) => (action.where ?? "row") === "row"),
    [panel],
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={frame} className="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} order={order} setOrder={setOrder} />
            ))}
            {actions.length > 0 && (
              <th scope="col" className="table__actions">
                <span className="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow
              key={row.id}
              row={row}
              columns={columns}
              calm={calm}
              largest={largest}
              actions={actions}
              name={panel.id}
            />
          ))}
        </tbody>
      </table>
      {left > 0 && <p className="table__more">{left} more rows are in the CSV.</p>}
    </section>
  );
}

interface HeadProperties {
  column: Column;
  order: Order | null;
  setOrder(order: Order | null): void;
}

function isTime(column: Column): boolean {
  return column.format === "time" || column.format === "datetime";
}

function Head({ column, order, setOrder }: HeadProperties) {
  const zone = useZone();
  const unit = isTime(column) ? zoneName(zone) : column.unit;
  const mine = order?.id === column.id ? order : null;
  const first = isNumeric(column.format);
  const press = () => {
    if (mine === null) setOrder({ id: column.id, down: first });
    else setOrder(mine.down === first ? { id: column.id, down: !first } : null);
  };
  if (column.title === "") {
    // What its cells are called stands in them.
    return (
      <th scope="col">
        <span className="visually-hidden">{column.mark || column.id}</span>
      </th>
    );
  }
  const sorted = mine === null ? "none" : mine.down ? "descending" : "ascending";
  return (
    <th scope="col" className={first ? "right" : undefined} aria-sort={sorted}>
      <button type="button" onClick={press} title={column.help || undefined}>
        {column.title}
        {unit && " "}
        {unit && <span className="unit">{unit}</span>}
        {mine !== null && <span aria-hidden="true">{mine.down ? " ↓" : " ↑"}</span>}
      </button>
    </th>
  );
}

interface RowProperties {
  row: Row;
  columns: Column[];
  calm: Calm;
  largest: Largest;
  actions: Action[];
  name: string;
}

const TableRow = memo(function TableRow(properties: RowProperties) {
  const { row, columns, calm, largest, actions, name } = properties;
  return (
    <tr>
      {columns.map((column) => (
        <TableCell
          key={column.id}
          column={column}
          row={row}
          calm={calm}
          most={largest[column.id] ?? 0}
        />
      ))}
      {actions.length > 0 && <RowActions row={row} actions={actions} name={name} />}
    </tr>
  );
});

function RowActions({ row, actions, name }: Pick<RowProperties, "row" | "actions" | "name">) {
  const { choices } = useSurroundings();
  const known = { ...choices, ...row };
  const offered = actions.filter((action) => isOffered(action.path, row));
  return (
    <td className="table__actions">
      {offered.map((action) => (
        <ActionButton
          key={action.id}
          action={action}
          known={known}
          name={`${name}.${row.id}`}
          className="button--quiet"
        />
      ))}
    </td>
  );
}

const LONG = 42;

const PHRASE = 12;

// What is not text has a width of its own. A sentence takes more lines rather than the room of the other columns; a phrase does on a small screen.
function classOf(value: Cell, column: Column): string | undefined {
  if (isNumeric(column.format)) return "right";
  if (column.format !== undefined && column.format !== "text") return "table__own";
  if (typeof value !== "string" || value.length <= PHRASE || !value.includes(" ")) return undefined;
  return value.length > LONG ? "table__words" : "table__phrase";
}

interface CellProperties {
  column: Column;
  row: Row;
  calm: Calm;
  most: number;
}

function TableCell({ column, row, calm, most }: CellProperties) {
  const value = row[column.id];
  const ref = useFlash(value, calm);
  return (
    <td ref={ref as React.RefObject<HTMLTableCellElement>} className={classOf(value, column)}>
      <FigureText value={value} style={column} row={row} unit={false} />
      {most > 0 && <TableBar value={value} most={most} signed={column.format === "bar"} />}
    </td>
  );
}
