import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import { ABSENT, write } from "../format/figures";
import { type Palette, usePalette } from "../theme/palette";
import type { Column, CurvePayload, Panel } from "../wire";
import { useAxes } from "./axes";
import { type Drawing, drawingsOf, joined, nearest, rangeOf, roomy, tenorsBetween } from "./curve";
import { stepDecimals } from "./labels";
import { AXIS_WIDTH } from "./plot";
import { useSize } from "./size";

interface Properties {
  panel: Panel;
  payload: CurvePayload;
}

const PLAIN: Column = { id: "", title: "", format: "number" };

/** Points with error bars and lines over a number, on one canvas. */
export function CurvePanel({ panel: told, payload }: Properties) {
  const panel = useAxes(told, payload.axes);
  const holder = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const size = useSize(holder);
  const palette = usePalette();
  const drawings = useMemo(
    () => drawingsOf(payload, panel.columns ?? [], palette.series),
    [payload, panel, palette],
  );
  const current = useRef(drawings);
  current.current = drawings;
  const shape = drawings.map(({ column }) => column.id).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: size and data are handled without a new chart
  useEffect(() => {
    const element = holder.current;
    if (element === null || size.width === 0) return;
    const say = (x: number | null) => show(readout.current, panel, current.current, x);
    const options = optionsOf(panel, current, palette, element, say);
    chart.current = new uPlot(options, joined(current.current), element);
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  }, [shape, palette, panel, size.width > 0]);

  useEffect(() => {
    if (size.width > 0) chart.current?.setSize(size);
  }, [size]);

  useEffect(() => {
    chart.current?.setData(joined(drawings));
  }, [drawings]);

  return (
    <div className="chart">
      <ul className="chart__legend">
        {drawings
          .filter(({ column }) => column.title !== "")
          .map(({ column, colour }) => (
            <li key={column.id} data-mark={column.mark}>
              <i style={{ color: colour }} />
              {column.title}
            </li>
          ))}
      </ul>
      <div
        ref={holder}
        className="chart__canvas"
        role="img"
        aria-label={wordsOf(panel, drawings)}
      />
      <div ref={readout} className="chart__readout" hidden />
    </div>
  );
}

function axisOf(panel: Panel, at: number): Column {
  return panel.axes?.[at] ?? PLAIN;
}

function optionsOf(
  panel: Panel,
  drawings: { current: Drawing[] },
  palette: Palette,
  element: HTMLElement,
  say: (x: number | null) => void,
): uPlot.Options {
  const [x, y] = [axisOf(panel, 0), axisOf(panel, 1)];
  const font = `11px ${palette.font}`;
  const grid = { stroke: palette.grid, width: 1 };
  const axis = { stroke: palette.muted, font, grid, ticks: { show: false }, labelFont: font };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: {
        time: false,
        distr: x.mark === "log" || x.mark === "tenor" ? 3 : 1,
        ...(x.mark === "tenor" && { range: (_, low, high) => roomy(low, high) }),
      },
      y: { range: () => rangeOf(drawings.current) },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        space: 60,
        label: x.unit ? `${x.title} [${x.unit}]` : x.title,
        labelSize: 16,
        ...(x.mark === "tenor" && {
          splits: (u) => [...tenorsBetween(u.scales.x?.min ?? 1, u.scales.x?.max ?? 1).keys()],
          filter: (_, splits) => splits,
        }),
        values: (_, splits) => splits.map((v) => (v === null ? "" : xFigure(v, x))),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        gap: 6,
        space: 28,
        values: (_, splits, __, ___, step) => splits.map((v) => tick(v, step, y)),
      },
    ],
    series: [{}, ...drawings.current.map((drawing) => seriesOf(drawing, palette))],
    hooks: {
      draw: [(u) => drawBars(u, drawings.current)],
      setCursor: [
        (u) => say((u.cursor.left ?? -1) < 0 ? null : u.posToVal(u.cursor.left as number, "x")),
      ],
    },
  };
}

function xFigure(value: number, axis: Column): string {
  const tenor = axis.mark === "tenor" ? tenorsBetween(value, value).get(value) : undefined;
  return (
    tenor ?? write(value, { format: axis.format ?? "number", decimals: axis.decimals ?? null })
  );
}

function tick(value: number, step: number, axis: Column): string {
  const size = axis.format === "percent" ? step * 100 : step;
  const decimals = Math.min(stepDecimals(size), 4);
  return write(value, { format: axis.format ?? "number", decimals, unit: "" });
}

function seriesOf({ column, colour }: Drawing, palette: Palette): uPlot.Series {
  const points = column.mark === "points";
  const plain = { label: column.id, stroke: colour, spanGaps: true };
  if (points) {
    return { ...plain, width: 0, points: { show: true, size: 6, fill: palette.panel, width: 1.5 } };
  }
  const series: uPlot.Series = { ...plain, width: 1.5, points: { show: false } };
  if (column.mark === "dashed") series.dash = [6, 4];
  if (column.mark === "steps" && uPlot.paths.stepped) {
    series.paths = uPlot.paths.stepped({ align: 1 });
  }
  return series;
}

function drawBars(u: uPlot, drawings: Drawing[]): void {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { top, height } = u.bbox;
  const inside = (y: number) => Math.min(Math.max(y, top), top + height);
  ctx.save();
  ctx.lineWidth = ratio;
  for (const { curve, colour } of drawings) {
    if (!curve.low || !curve.high) continue;
    ctx.strokeStyle = colour;
    ctx.beginPath();
    for (let i = 0; i < curve.x.length; i += 1) {
      const [low, high] = [curve.low[i], curve.high[i]];
      if (typeof low !== "number" || typeof high !== "number") continue;
      const x = Math.round(u.valToPos(curve.x[i] as number, "x", true)) + 0.5;
      ctx.moveTo(x, inside(u.valToPos(low, "y", true)));
      ctx.lineTo(x, inside(u.valToPos(high, "y", true)));
    }
    ctx.stroke();
  }
  ctx.restore();
}

function show(box: HTMLElement | null, panel: Panel, drawings: Drawing[], x: number | null): void {
  if (box === null) return;
  box.hidden = x === null;
  if (x === null) return;
  const texts: string[] = [];
  for (const { curve, column } of drawings) {
    const at = nearest(curve.x, x);
    if (at === null) continue;
    const name = curve.names?.[at];
    if (name && !texts.includes(name)) texts.unshift(name);
    texts.push(
      `${column.title} ${figureOf(panel, column, curve.y[at])}${barOf(curve, panel, column, at)}`,
    );
  }
  box.replaceChildren(
    ...texts.map((text) => {
      const element = document.createElement("span");
      element.textContent = text;
      return element;
    }),
  );
}

function figureOf(panel: Panel, column: Column, value: number | null | undefined): string {
  if (typeof value !== "number") return ABSENT;
  return write(value, { ...axisOf(panel, 1), ...column });
}

function barOf(curve: Drawing["curve"], panel: Panel, column: Column, at: number): string {
  const [low, high] = [curve.low?.[at], curve.high?.[at]];
  if (typeof low !== "number" || typeof high !== "number") return "";
  return ` (${figureOf(panel, column, low)} to ${figureOf(panel, column, high)})`;
}

function wordsOf(panel: Panel, drawings: Drawing[]): string {
  const said = drawings.map(({ curve, column }) => {
    const values = curve.y.filter((value): value is number => typeof value === "number");
    if (values.length === 0) return `${column.title}: nothing`;
    const first = figureOf(panel, column, values[0]);
    return `${column.title}: ${values.length} points, first ${first}, last ${figureOf(panel, column, values[values.length - 1])}`;
  });
  return `${panel.title}. ${said.join("; ")}.`;
}
