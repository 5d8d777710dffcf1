import type {
  CandlesPayload,
  Cell,
  Column,
  CurvePayload,
  LinesPayload,
  Marker,
  Panel,
  PanelKind,
  Payload,
  Row,
  RowsPayload,
  SurfacePayload,
} from "../wire";
import { linesOfChart } from "./chartLines";
import { textsByRow } from "./markers";

const MOST = 200;
const TIME: Column = { id: "time", title: "time", format: "time" };
const PLAIN: Column = { id: "", title: "", format: "number" };
const EVENT: Column = { id: "event", title: "event" };
const TRADES: Column = { id: "trades", title: "trades", format: "count" };

// Times between whole seconds are shown as such.
function timeColumn(x: number[]): Column {
  return x.some((ms) => ms % 1000 !== 0) ? { ...TIME, decimals: 3 } : TIME;
}

/** The table twin of a chart: newest first, as far as a person reads. */
export interface Twin {
  columns: Column[];
  rows: RowsPayload;
}

const CHARTS: ReadonlySet<PanelKind> = new Set([
  "stream-lines",
  "candles",
  "kpi",
  "curve",
  "surface",
]);

export function hasTwin(panel: Panel): boolean {
  return CHARTS.has(panel.kind);
}

interface Timed {
  x: number[];
  state: RowsPayload["state"];
  markers?: Marker[];
}

// The newest rows, and of the older ones those in which something happened.
function rowsOf(payload: Timed, cells: (i: number) => object) {
  const events = textsByRow(payload.x, payload.markers ?? []);
  const rows: Row[] = [];
  for (let i = payload.x.length - 1; i >= 0 && rows.length < 2 * MOST; i -= 1) {
    const event = events.get(i);
    if (rows.length >= MOST && event === undefined) continue;
    const time = payload.x[i] as number;
    rows.push({ id: String(time), time, event: event ?? "", ...cells(i) } as Row);
  }
  return { state: payload.state, rows };
}

function eventColumns(payload: Timed): Column[] {
  return (payload.markers?.length ?? 0) > 0 ? [EVENT] : [];
}

function linesTwin(panel: Panel, payload: LinesPayload): Twin {
  const ids = Object.keys(payload.lines);
  const columns = ids.map(
    (id): Column =>
      panel.columns?.find((column) => column.id === id) ?? { id, title: id, format: "number" },
  );
  const cells = (i: number) =>
    Object.fromEntries(ids.map((id): [string, Cell] => [id, payload.lines[id]?.[i]]));
  const all = [timeColumn(payload.x), ...columns, ...eventColumns(payload)];
  return { columns: all, rows: rowsOf(payload, cells) };
}

function candlesTwin(payload: CandlesPayload): Twin {
  const price = { format: "price" as const, decimals: payload.decimals };
  const lines = linesOfChart(payload);
  const columns: Column[] = [
    TIME,
    ...["open", "high", "low", "close"].map((id) => ({ id, title: id, ...price })),
    { id: "volume", title: "volume", format: "number" },
    // Bars of vendors do not say how many executions they hold.
    ...(payload.trades.some((count) => count !== null) ? [TRADES] : []),
    ...lines.map(({ id, title, decimals }): Column => {
      return { id, title, format: "price", decimals: decimals ?? payload.decimals };
    }),
    ...eventColumns(payload),
  ];
  const series = payload.series ?? {};
  const cells = (i: number) => ({
    ...Object.fromEntries(lines.map(({ id }): [string, Cell] => [id, series[id]?.[i]])),
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

function curveTwin(panel: Panel, payload: CurvePayload): Twin {
  const [x, y] = payload.axes?.length ? payload.axes : (panel.axes ?? []);
  const figure = { format: y?.format ?? ("number" as const), decimals: y?.decimals ?? null };
  const columns: Column[] = [
    { id: "curve", title: "curve" },
    { id: "name", title: "point" },
    { ...(x ?? { format: "number" }), id: "x", title: x?.title ?? "x" },
    { ...figure, id: "y", title: y?.title ?? "y" },
    { ...figure, id: "low", title: "low" },
    { ...figure, id: "high", title: "high" },
  ];
  const titles = new Map(panel.columns?.map((column) => [column.id, column.title]));
  // What was measured comes first: the lines through it have a row for every pixel.
  const named = [...payload.curves].sort((a, b) => (b.names?.length ?? 0) - (a.names?.length ?? 0));
  const rows = named.flatMap((curve) =>
    curve.x.map((at, i): Row => {
      const [low, high] = [curve.low?.[i], curve.high?.[i]];
      const known = { curve: titles.get(curve.id) ?? curve.id, name: curve.names?.[i] ?? "" };
      return { id: `${curve.id}:${i}`, ...known, x: at, y: curve.y[i], low, high };
    }),
  );
  return { columns, rows: { state: payload.state, rows: rows.slice(0, MOST) } };
}

function surfaceTwin(panel: Panel, payload: SurfacePayload): Twin {
  const [x, y] = payload.axes?.length ? payload.axes : (panel.axes ?? []);
  const layers = (panel.columns ?? []).filter((column) => column.id in payload.layers);
  const named = payload.columns?.length ? payload.columns : null;
  const columns: Column[] = [
    { id: "name", title: y?.title ?? "y" },
    { ...(named || x === undefined ? PLAIN : x), id: "x", title: x?.title ?? "x" },
    ...layers,
  ];
  const rows: Row[] = [];
  payload.y.forEach((_, i) => {
    payload.x.forEach((at, j) => {
      const figures = layers.map(({ id }): [string, Cell] => [id, payload.layers[id]?.[i]?.[j]]);
      if (rows.length >= MOST || figures.every(([, value]) => value == null)) return;
      const name = payload.names?.[i] ?? String(payload.y[i]);
      const across = named === null ? at : (named[j] ?? "");
      rows.push({ id: `${i}:${j}`, name, x: across, ...Object.fromEntries(figures) } as Row);
    });
  });
  return { columns, rows: { state: payload.state, rows } };
}

export function twinOf(panel: Panel, payload: Payload): Twin | null {
  if ("lines" in payload) return linesTwin(panel, payload);
  if ("curves" in payload) return curveTwin(panel, payload);
  if ("layers" in payload) return surfaceTwin(panel, payload);
  if ("open" in payload) return candlesTwin(payload);
  if (panel.kind === "kpi" && "rows" in payload) return kpiTwin(payload);
  return null;
}
