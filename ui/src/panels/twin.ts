import type {
  CandlesPayload,
  Cell,
  Column,
  LinesPayload,
  Panel,
  Payload,
  Row,
  RowsPayload,
} from "../wire";

const MOST = 200;
const TIME: Column = { id: "time", title: "time", format: "time" };

// Times between whole seconds are shown as such.
function timeColumn(x: number[]): Column {
  return x.some((ms) => ms % 1000 !== 0) ? { ...TIME, decimals: 3 } : TIME;
}

/** The table twin of a chart: newest first, as far as a person reads. */
export interface Twin {
  columns: Column[];
  rows: RowsPayload;
}

export function hasTwin(panel: Panel): boolean {
  return panel.kind === "stream-lines" || panel.kind === "candles" || panel.kind === "kpi";
}

function rowsOf(
  payload: { x: number[]; state: RowsPayload["state"] },
  cells: (i: number) => object,
) {
  const rows: Row[] = [];
  for (let i = payload.x.length - 1; i >= 0 && rows.length < MOST; i -= 1) {
    const time = payload.x[i] as number;
    rows.push({ id: String(time), time, ...cells(i) } as Row);
  }
  return { state: payload.state, rows };
}

function linesTwin(panel: Panel, payload: LinesPayload): Twin {
  const ids = Object.keys(payload.lines);
  const columns = ids.map(
    (id): Column =>
      panel.columns?.find((column) => column.id === id) ?? { id, title: id, format: "number" },
  );
  const cells = (i: number) =>
    Object.fromEntries(ids.map((id): [string, Cell] => [id, payload.lines[id]?.[i]]));
  return { columns: [timeColumn(payload.x), ...columns], rows: rowsOf(payload, cells) };
}

function candlesTwin(payload: CandlesPayload): Twin {
  const price = { format: "price" as const, decimals: payload.decimals };
  const columns: Column[] = [
    TIME,
    ...["open", "high", "low", "close"].map((id) => ({ id, title: id, ...price })),
    { id: "volume", title: "volume", format: "number" },
    { id: "trades", title: "trades", format: "count" },
  ];
  const cells = (i: number) => ({
    open: payload.open[i],
    high: payload.high[i],
    low: payload.low[i],
    close: payload.close[i],
    volume: payload.volume[i],
    trades: payload.trades[i],
  });
  return { columns, rows: rowsOf(payload, cells) };
}

function kpiTwin(payload: RowsPayload): Twin {
  const columns: Column[] = [
    { id: "title", title: "what" },
    { id: "value", title: "value", format: "price" },
    { id: "unit", title: "unit" },
    { id: "change", title: "change", format: "percent", signed: true },
    { id: "note", title: "note" },
  ];
  return { columns, rows: payload };
}

export function twinOf(panel: Panel, payload: Payload): Twin | null {
  if ("lines" in payload) return linesTwin(panel, payload);
  if ("open" in payload) return candlesTwin(payload);
  if (panel.kind === "kpi" && "rows" in payload) return kpiTwin(payload);
  return null;
}
