import type {
  CandlesChange,
  CandlesPayload,
  Change,
  LinesPayload,
  Payload,
  Row,
  RowsPayload,
  Series,
  SeriesChange,
} from "../wire";

const CANDLE_COLUMNS = ["open", "high", "low", "close", "volume", "trades"] as const;

/** Applies a change to a payload and returns the new one; the old one stays as it was. */
export function apply(payload: Payload, change: Change): Payload {
  if ("rows" in payload && "rows" in change) {
    const remove = "remove" in change ? change.remove : undefined;
    return { ...payload, state: change.state, rows: mergeRows(payload.rows, change.rows, remove) };
  }
  if ("lines" in payload && "from" in change && "lines" in change) {
    return applyLines(payload, change);
  }
  if ("open" in payload && "from" in change && "open" in change) {
    return applyCandles(payload, change);
  }
  if ("layers" in payload && !("layers" in change)) return { ...payload, state: change.state };
  return change as Payload;
}

function mergeRows(rows: Row[], changed: Row[], remove: string[] = []): Row[] {
  if (changed.length === 0 && remove.length === 0) return rows;
  const byId = new Map(changed.map((row) => [row.id, row]));
  const gone = new Set(remove);
  const merged: Row[] = [];
  for (const row of rows) {
    if (gone.has(row.id)) continue;
    const replacement = byId.get(row.id);
    byId.delete(row.id);
    merged.push(replacement ?? row);
  }
  return [...merged, ...byId.values()];
}

/** Rows of a log: new ones come first. */
export function newestFirst(payload: RowsPayload): RowsPayload {
  const rows = [...payload.rows].sort((a, b) => Number(b.ts ?? 0) - Number(a.ts ?? 0));
  return { ...payload, rows };
}

interface Cut {
  head: number;
  start: number;
}

// Where the kept head ends, and how many of its oldest points `keep` lets go.
function cut(x: number[], change: SeriesChange): Cut {
  let head = x.length;
  while (head > 0 && (x[head - 1] as number) >= change.from) head -= 1;
  const total = head + change.x.length;
  const start = change.keep === undefined ? 0 : Math.max(0, total - change.keep);
  return { head, start };
}

function splice<T>(old: T[], { head, start }: Cut, added: T[]): T[] {
  const kept = old.slice(Math.min(start, head), head);
  return kept.concat(start > head ? added.slice(start - head) : added);
}

function applyLines(payload: LinesPayload, change: SeriesChange & Partial<LinesPayload>) {
  const where = cut(payload.x, change);
  const length = change.x.length;
  const lines: Record<string, Series> = {};
  const ids = new Set([...Object.keys(payload.lines), ...Object.keys(change.lines ?? {})]);
  for (const id of ids) {
    const old = payload.lines[id] ?? new Array<null>(payload.x.length).fill(null);
    const added = change.lines?.[id] ?? new Array<null>(length).fill(null);
    lines[id] = splice(old, where, added);
  }
  const bands = change.bands ?? payload.bands;
  const x = splice(payload.x, where, change.x);
  return { ...payload, state: change.state, x, lines, bands };
}

function applyCandles(payload: CandlesPayload, change: SeriesChange & Partial<CandlesChange>) {
  const where = cut(payload.x, change);
  const next: CandlesPayload = {
    ...payload,
    state: change.state,
    decimals: change.decimals ?? payload.decimals,
    title: change.title ?? payload.title,
    x: splice(payload.x, where, change.x),
  };
  for (const column of CANDLE_COLUMNS) {
    next[column] = splice(payload[column] ?? [], where, change[column] ?? []);
  }
  if (payload.series !== undefined) {
    const joined = Object.entries(payload.series).map(([id, values]): [string, Series] => [
      id,
      splice(values, where, change.series?.[id] ?? []),
    ]);
    next.series = Object.fromEntries(joined);
  }
  if (change.levels != null) next.levels = change.levels;
  return next;
}
