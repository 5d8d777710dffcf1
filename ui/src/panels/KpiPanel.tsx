import { memo, useRef } from "react";
import { ABSENT, figure, isAbsent, write } from "../format/figures";
import type { Cell, Column, Panel, Row, RowsPayload } from "../wire";
import { Sparkline } from "./Sparkline";
import { StateWordChip } from "./StateChip";
import { isSymbol, SymbolName } from "./Symbol";
import { useSize } from "./size";
import { useFlash } from "./useFlash";

const PLAIN = { width: 136, height: 74 };
const WITH_LINE = { width: 172, height: 122 };
const HEAD = 46;
const GRID_ROW = 40;

function leastOf(rows: Row[]) {
  const lined = rows.some((row) => Array.isArray(row.spark) && row.spark.length > 1);
  return lined ? WITH_LINE : PLAIN;
}

/** Cards beside each other, so that the lines of cards are as full as each other. */
export function cardsPerLine(rows: Row[], width: number): number {
  const most = Math.max(1, Math.floor(width / leastOf(rows).width));
  const lines = Math.max(1, Math.ceil(rows.length / most));
  return Math.max(1, Math.ceil(rows.length / lines));
}

/** Rows of the page's grid that cards need, so that none is hidden below the edge of its panel. */
export function rowsFor(panel: Panel, payload: RowsPayload, width: number): number {
  const wanted = panel.height ?? 7;
  const cards = payload.rows.length;
  if (cards === 0 || width === 0) return wanted;
  const lines = Math.ceil(cards / cardsPerLine(payload.rows, width));
  const height = lines * leastOf(payload.rows).height + HEAD;
  return Math.max(wanted, Math.ceil(height / GRID_ROW));
}

/** Cards: one per row, with value, change and sparkline. */
export function KpiPanel({ panel, payload }: { panel: Panel; payload: RowsPayload }) {
  const holder = useRef<HTMLElement>(null);
  const { width } = useSize(holder);
  const style = { "--cards": cardsPerLine(payload.rows, width || 1200) } as React.CSSProperties;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={holder} className="kpis" tabIndex={0} style={style}>
      {payload.rows.map((row) => (
        <Card key={row.id} row={row} columns={panel.columns ?? NO_COLUMNS} />
      ))}
    </section>
  );
}

const NO_COLUMNS: Column[] = [];

const Card = memo(function Card({ row, columns }: { row: Row; columns: Column[] }) {
  const find = (id: string) => columns.find((column) => column.id === id);
  const own = find(row.id) ?? find("value");
  const style = {
    format: own?.format ?? ("price" as const),
    decimals: decimalsOf(row) ?? own?.decimals ?? null,
    signed: own?.signed ?? false,
    unit: (typeof row.unit === "string" && row.unit) || own?.unit || "",
  };
  const shown = figure(row.value, style, row);
  const ref = useFlash(row.value);
  const title = String(row.title ?? row.id);
  const spark = Array.isArray(row.spark) ? row.spark : [];
  const stale = wordOf(row.state) === "stale";
  return (
    <article className={stale ? "kpi kpi--stale" : "kpi"} data-kpi={row.id}>
      <h3>
        {isSymbol(title) ? <SymbolName symbol={title} /> : title}
        <RowState word={wordOf(row.state)} />
      </h3>
      <p className="kpi__value" ref={ref as React.RefObject<HTMLParagraphElement>}>
        {shown.text}
        {shown.unit !== "" && <span className="unit">{shown.unit}</span>}
      </p>
      <div className="kpi__foot">
        <Change row={row} style={find("change")} />
        {notesOf(row).map((note) => (
          <span key={note}>{note}</span>
        ))}
      </div>
      {spark.length > 1 && <Sparkline values={spark} />}
    </article>
  );
});

// Parts of a note stay whole where a card is narrow.
function notesOf(row: Row): string[] {
  return typeof row.note === "string" && row.note !== "" ? row.note.split(" · ") : [];
}

function decimalsOf(row: Row): number | null {
  return typeof row.decimals === "number" ? row.decimals : null;
}

function wordOf(state: Cell): string {
  if (typeof state === "string") return state;
  if (typeof state === "object" && state !== null && "word" in state) {
    return String((state as unknown as { word: string }).word);
  }
  return "";
}

// The panel's chip already says what all is well with; a card speaks up when it differs.
function RowState({ word }: { word: string }) {
  if (word === "" || word === "live" || word === "demo" || word === "replay") return null;
  return <StateWordChip word={word} />;
}

function Change({ row, style }: { row: Row; style: Column | undefined }) {
  const value = row.change;
  if (isAbsent(value))
    return row.change === null && row.change_title ? <span>{ABSENT}</span> : null;
  const shape = style ?? { format: "percent" as const, signed: true };
  const text = write(value, { ...shape, signed: true }, row);
  // What is written as 0 has no direction.
  const amount = typeof value === "number" && /[1-9]/.test(text) ? value : 0;
  const tone = amount > 0 ? "up" : amount < 0 ? "down" : "flat";
  const arrow = amount > 0 ? "▲" : amount < 0 ? "▼" : "";
  return (
    <span className={`change tone-${tone}`}>
      {arrow !== "" && <i aria-hidden="true">{arrow}</i>}
      {text}
      {typeof row.change_title === "string" && row.change_title !== "" && (
        <>
          {" "}
          <span className="change__title">{row.change_title}</span>
        </>
      )}
    </span>
  );
}
