/** What a tear sheet's page carries for its charts; made by `quantdeck.views.tear_sheet`. */

export type Values = (number | null)[];

export interface Line {
  name: string;
  values: Values;
  /** `line`, `dashed` or `bars`. */
  mark: string;
}

export interface Mark {
  /** Row of the chart's x. */
  row: number;
  line: number;
  text: string;
}

/** Lines over time (`x` in ms UTC) or over a plain number. */
export interface Chart {
  id: string;
  x: number[];
  time: boolean;
  percent: boolean;
  decimals: number;
  lines: Line[];
  guides: number[];
  marks: Mark[];
  /** Whether a logarithmic scale is on offer. */
  log: boolean;
  xTitle: string;
  xPercent: boolean;
  xDecimals: number;
}

export interface Sheet {
  charts: Chart[];
}
