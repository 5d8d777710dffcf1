/**
 * The words of the wire: page specs, stream messages and payloads.
 * Mirrors docs/reference/stream.md and the server's panel vocabulary.
 */

export type PanelKind =
  | "kpi"
  | "stream-lines"
  | "candles"
  | "table"
  | "stats"
  | "log"
  | "markdown"
  | "curve"
  | "surface"
  | "form"
  | "alert-editor";

export type Format =
  | "text"
  | "price"
  | "number"
  | "count"
  | "percent"
  | "progress"
  | "bar"
  | "pvalue"
  | "bytes"
  | "rate"
  | "duration"
  | "time"
  | "datetime"
  | "state"
  | "link"
  | "web";

export interface Column {
  id: string;
  title: string;
  format?: Format;
  unit?: string;
  decimals?: number | null;
  signed?: boolean;
  help?: string;
  /** How a curve is drawn; of an axis, its scale; of a link, the word to press. */
  mark?: string;
}

export interface Guide {
  value: number;
  label: string;
}

export interface Control {
  id: string;
  title: string;
  type:
    | "choice"
    | "select"
    | "symbol"
    | "integer"
    | "toggle"
    | "number"
    | "text"
    | "long-text"
    | "file";
  default: string;
  options?: string[];
  minimum?: number | null;
  maximum?: number | null;
  help?: string;
  panel?: string;
}

/** Something to do with a row, a panel or a form. */
export interface Action {
  id: string;
  title: string;
  method: string;
  /** `{name}` stands for a cell of the row, or a choice of the page. */
  path: string;
  body?: Record<string, string>;
  where?: string;
  confirm?: string;
  done?: string;
}

export interface Panel {
  id: string;
  kind: PanelKind;
  title: string;
  topic?: string;
  query?: string;
  params?: string[];
  columns?: Column[];
  guides?: Guide[];
  axes?: Column[];
  fields?: Control[];
  actions?: Action[];
  width?: number;
  height?: number;
  empty?: string;
  help?: string;
}

export interface Page {
  id: string;
  title: string;
  icon: string;
  question: string;
  controls?: Control[];
  panels?: Panel[];
  group?: string;
}

export type StateWord =
  | "live"
  | "delayed"
  | "stale"
  | "replay"
  | "demo"
  | "loading"
  | "empty"
  | "partial"
  | "error";

export interface PanelState {
  word: StateWord;
  age_s?: number | null;
  source?: string;
  detail?: string;
}

export type Cell = string | number | boolean | null | undefined | (number | null)[];
export type Row = { id: string } & Record<string, Cell>;

export interface RowsPayload {
  state: PanelState;
  rows: Row[];
}

export type Series = (number | null)[];

export interface Band {
  id: string;
  upper: string;
  lower: string;
}

/** Something that happened at a point of a chart, such as a trade. */
export interface Marker {
  x: number;
  kind: string;
  text: string;
  line?: string;
}

export interface LinesPayload {
  state: PanelState;
  x: number[];
  lines: Record<string, Series>;
  bands?: Band[];
  markers?: Marker[];
}

/** A line over candles, or in a pane below them. */
export interface ChartLine {
  id: string;
  title: string;
  /** `line` where it is absent, `edge` of a band, `dots` or `histogram`. */
  mark?: string;
  /** Those of the price where absent. */
  decimals?: number | null;
}

export interface ChartPane {
  id: string;
  title: string;
  lines: ChartLine[];
  unit?: string;
  guides?: Guide[];
}

/** A horizontal line at a price; `kind` is `support`, `resistance` or `pivot`. */
export interface ChartLevel {
  price: number;
  label: string;
  kind: string;
}

export interface CandlesPayload {
  state: PanelState;
  decimals: number;
  /** In place of the panel's own title when it is not empty. */
  title?: string;
  x: number[];
  open: Series;
  high: Series;
  low: Series;
  close: Series;
  volume: Series;
  /** Null where they are not known. */
  trades: Series;
  markers?: Marker[];
  /** Lines over the candles. */
  overlays?: ChartLine[];
  /** Panes below the candles. */
  panes?: ChartPane[];
  levels?: ChartLevel[];
  /** Figures of lines by their ids, as many as there are candles. */
  series?: Record<string, Series>;
}

export interface TextPayload {
  state: PanelState;
  text: string;
}

export interface Curve {
  id: string;
  x: number[];
  y: Series;
  low?: Series | null;
  high?: Series | null;
  names?: string[];
}

export interface CurvePayload {
  state: PanelState;
  curves: Curve[];
  /** In place of the panel's own where there are some: x, then y. */
  axes?: Column[];
}

export interface SurfacePayload {
  state: PanelState;
  x: number[];
  y: number[];
  layers: Record<string, Series[]>;
  names?: string[];
  /** What each column is, where it is a name instead of a number. */
  columns?: string[];
  /** In place of the panel's own where there are some: x, then y. */
  axes?: Column[];
}

export interface Replay {
  position_ms: number | null;
  speed: string;
  done: boolean;
}

export interface StatusPayload {
  state: PanelState;
  mode: Mode;
  capturing: boolean;
  feeds_live: number;
  feeds_total: number;
  messages_per_s: number;
  lag_ms: number | null;
  skew_ms: number | null;
  gaps_open: number;
  dropped: number;
  tape_state: string;
  tape_bytes: number;
  symbols: string[];
  clock_ms: number;
  replay: Replay | null;
  /** Changes when the pages have other choices to offer. */
  pages: number;
  /** Fired alerts that nobody has seen yet. */
  alerts_unread: number;
  /** Symbols that are not captured but were uploaded: to be chosen all the same. */
  uploaded: string[];
}

export type Payload =
  | RowsPayload
  | LinesPayload
  | CandlesPayload
  | TextPayload
  | CurvePayload
  | SurfacePayload
  | StatusPayload;

export interface RowsChange {
  state: PanelState;
  rows: Row[];
  remove?: string[];
}

export interface SeriesChange {
  state: PanelState;
  from: number;
  x: number[];
  keep?: number;
}

export interface LinesChange extends SeriesChange {
  lines: Record<string, Series>;
  bands?: Band[];
}

/** Levels are null where they stayed as they were. */
export type CandlesChange = SeriesChange &
  Omit<CandlesPayload, "decimals" | "levels"> & {
    decimals?: number;
    levels?: ChartLevel[] | null;
  };

/** Of a surface whose figures stayed. */
export interface StateChange {
  state: PanelState;
}

export type Change =
  | RowsChange
  | LinesChange
  | CandlesChange
  | StateChange
  | TextPayload
  | StatusPayload;

export type Mode = "live" | "demo" | "replay";

export type ServerMessage =
  | { t: "hello"; session: string; hz: number; mode: Mode; version: string }
  | { t: "snap"; topic: string; seq: number; ts: number; data: Payload }
  | { t: "d"; topic: string; seq: number; ts: number; data: Change }
  | { t: "err"; topic?: string; code: string; message: string }
  | { t: "pong"; id: number; ts: number }
  | { t: "beat"; ts: number };

export type ClientMessage =
  | { op: "sub"; topic: string; hz: number }
  | { op: "unsub"; topic: string }
  | { op: "hz"; hz: number }
  | { op: "ping"; id: number };

export interface Instrument {
  symbol: string;
  [field: string]: unknown;
}
