import type uPlot from "uplot";
import { write } from "../format/figures";
import { axisTime, day, type Zone, zoneName } from "../format/time";
import { faint, type Palette } from "../theme/palette";
import type { Band, Column, Guide, LinesPayload, Marker, Series } from "../wire";
import { fitting, type Label, spread, stepDecimals, uncrowded } from "./labels";
import { drawShape, heightAt, lookOf } from "./markers";
import { TIME_STEPS, timeSpace } from "./timeAxis";

export interface Line {
  id: string;
  column: Column;
  colour: string;
  /** The edge of a band, drawn thin and labelled only where there is room. */
  edge: boolean;
}

/** The lines of a payload in the order of the spec, each with its colour. */
export function linesOf(payload: LinesPayload, columns: Column[], palette: Palette): Line[] {
  const edges = new Set((payload.bands ?? []).flatMap((band) => [band.upper, band.lower]));
  const known = columns.filter((column) => column.id in payload.lines);
  const listed = new Set(known.map((column) => column.id));
  const style = known[0] ?? columns[0] ?? { format: "number" as const };
  const unlisted = Object.keys(payload.lines).filter((id) => !listed.has(id));
  const extra = unlisted.map((id): Column => ({ ...style, id, title: id }));
  let next = 0;
  return [...known, ...extra].map((column) => {
    const edge = edges.has(column.id);
    const colour = edge
      ? palette.muted
      : (palette.series[next++ % palette.series.length] as string);
    return { id: column.id, column, colour, edge };
  });
}

export function toData(payload: LinesPayload, lines: Line[]): uPlot.AlignedData {
  const series = lines.map((line) => payload.lines[line.id] as Series);
  return [payload.x, ...series] as uPlot.AlignedData;
}

export interface Scene {
  palette: Palette;
  lines: Line[];
  bands: Band[];
  guides: Guide[];
  zone: Zone;
  markers(): Marker[];
  gutter(): number;
  range(): [number, number] | null;
  zoomTo(range: [number, number] | null): void;
  point(x: number | null): void;
}

const LABEL_HEIGHT = 14;
/** Lines of a chart that are named at their ends; as many as there are colours. */
const MOST_LABELS = 6;
const FEW_POINTS = 40;
export const AXIS_WIDTH = 58;

/** Latest figure of a line that is not absent. */
export function latest(values: Series): number | null {
  for (let i = values.length - 1; i >= 0; i -= 1) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

export function labelText(line: Line, value: number | null): string {
  if (line.edge) return line.column.title;
  const figure = write(value, { ...line.column, unit: "" });
  return line.column.title.length > 14 ? figure : `${line.column.title} ${figure}`;
}

function yRange(guides: Guide[]) {
  return (_: uPlot, low: number | null, high: number | null): [number, number] => {
    const values = guides.map((guide) => guide.value);
    if (low !== null) values.push(low);
    if (high !== null) values.push(high);
    if (values.length === 0) return [0, 1];
    const least = Math.min(...values);
    const most = Math.max(...values);
    const pad = (most - least || Math.abs(most) * 0.01 || 1) * 0.08;
    return [least >= 0 && least - pad < 0 ? 0 : least - pad, most + pad];
  };
}

function drawGuides(u: uPlot, scene: Scene): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = scene.palette.lineStrong;
  ctx.lineWidth = ratio;
  for (const guide of scene.guides) {
    const y = Math.round(u.valToPos(guide.value, "y", true)) + 0.5;
    ctx.setLineDash(guide.value === 0 ? [] : [4 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

const MARKER_SIZE = 5.5;

function drawMarkers(u: uPlot, scene: Scene): void {
  const { ctx, bbox } = u;
  const size = MARKER_SIZE * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const marker of scene.markers()) {
    const at = scene.lines.findIndex((line) => line.id === marker.line);
    const values = u.data[at + 1] as Series | undefined;
    const value = at < 0 || !values ? null : heightAt(u.data[0] as number[], values, marker.x);
    const x = u.valToPos(marker.x, "x", true);
    // What stands on no line stands at the foot of the chart.
    const y = value === null ? bbox.top + bbox.height - size : u.valToPos(value, "y", true);
    const look = lookOf(marker.kind, scene.palette);
    drawShape(ctx, { ...look, colour: scene.palette.panel }, x, y, size * 1.35);
    drawShape(ctx, look, x, y, size);
  }
  ctx.restore();
}

/** The markers under the pointer, so many pixels around it. */
export function pointedMarkers(u: uPlot, markers: Marker[], x: number, room = 7): Marker[] {
  const left = u.valToPos(x, "x");
  return markers.filter((marker) => Math.abs(u.valToPos(marker.x, "x") - left) <= room);
}

function labelsOf(u: uPlot, scene: Scene): Label[] {
  const labels: Label[] = [];
  const plain = scene.lines.filter((line) => !line.edge).length;
  scene.lines.forEach((line, i) => {
    const values = u.data[i + 1] as Series;
    const value = latest(values);
    if (value === null || (!line.edge && plain > MOST_LABELS)) return;
    const y = u.valToPos(value, "y", true) / devicePixelRatio;
    labels.push({
      // Where the line has ended, its last figure is none of now.
      text: labelText(line, values[values.length - 1] ?? null),
      colour: line.colour,
      y,
      weight: line.edge ? 1 : 10 - i,
    });
  });
  for (const guide of scene.guides) {
    if (guide.label === "") continue;
    const y = u.valToPos(guide.value, "y", true) / devicePixelRatio;
    labels.push({ text: guide.label, colour: scene.palette.muted, y, weight: 0.5 });
  }
  return labels;
}

function drawLabels(u: uPlot, scene: Scene): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const top = bbox.top / ratio + 6;
  const bottom = (bbox.top + bbox.height) / ratio - 6;
  const free = uncrowded(labelsOf(u, scene), LABEL_HEIGHT);
  ctx.save();
  ctx.font = `500 ${11 * ratio}px ${scene.palette.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const left = bbox.left + bbox.width + 6 * ratio;
  const fits = (text: string) => left + ctx.measureText(text).width <= ctx.canvas.width;
  for (const label of spread(free, LABEL_HEIGHT, top, bottom)) {
    ctx.fillStyle = label.colour;
    ctx.fillText(fitting(label.text, fits), left, label.y * ratio);
  }
  drawZone(u, scene, ratio);
  drawUnit(u, scene, ratio);
  ctx.restore();
}

function drawZone(u: uPlot, scene: Scene, ratio: number): void {
  const end = u.scales.x?.max;
  if (end === undefined || end === null) return;
  const { ctx, bbox } = u;
  ctx.fillStyle = scene.palette.muted;
  ctx.textBaseline = "alphabetic";
  const text = `${day(end, scene.zone)} ${zoneName(scene.zone, end)}`;
  ctx.fillText(text, bbox.left + bbox.width + 6 * ratio, bbox.top + bbox.height + 17 * ratio);
}

function unitOf(lines: Line[]): string {
  const style = lines[0]?.column;
  return style?.unit || (style?.format === "percent" ? "%" : "");
}

function drawUnit(u: uPlot, scene: Scene, ratio: number): void {
  const unit = unitOf(scene.lines);
  if (unit === "") return;
  const { ctx, bbox } = u;
  ctx.textAlign = "right";
  ctx.fillText(unit, bbox.left - 6 * ratio, bbox.top - 12 * ratio);
}

/** Gives the whole description of a chart to the drawing library. */
export function optionsOf(scene: Scene, width: number, height: number): uPlot.Options {
  const { palette, lines } = scene;
  const style = lines[0]?.column ?? { format: "number" as const };
  const font = `11px ${palette.font}`;
  const grid = { stroke: palette.grid, width: 1 };
  const axis = { stroke: palette.muted, font, grid, ticks: { show: false } };
  const index = new Map(lines.map((line, i) => [line.id, i + 1]));
  const bands = scene.bands.filter((band) => index.has(band.upper) && index.has(band.lower));
  return {
    width,
    height,
    ms: 1,
    padding: [unitOf(lines) === "" ? 8 : 24, () => scene.gutter(), 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6, width: 1.5, fill: palette.panel },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      bind: {
        dblclick: () => () => {
          scene.zoomTo(null);
          return null;
        },
      },
    },
    scales: {
      x: { time: true, range: (_, low, high) => scene.range() ?? [low, high] },
      y: { range: yRange(scene.guides) },
    },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 6,
        space: (_, __, low, high, width) => timeSpace(high - low, width),
        incrs: TIME_STEPS,
        values: (u, splits, _, __, step) => splits.map((ms) => timeLabel(u, ms, step, scene.zone)),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        gap: 6,
        space: 28,
        values: (_, splits, __, ___, step) => splits.map((value) => axisFigure(value, step, style)),
      },
    ],
    series: [
      {},
      ...lines.map(
        (line): uPlot.Series => ({
          label: line.id,
          stroke: line.colour,
          width: line.edge ? 0.75 : 1.5,
          spanGaps: false,
          // A point alone draws no line.
          points: { show: (u) => u.data[0].length <= FEW_POINTS, size: 4 },
        }),
      ),
    ],
    bands: bands.map((band, i) => ({
      series: [index.get(band.upper) as number, index.get(band.lower) as number],
      fill: faint(palette.accent, i === 0 ? 0.08 : 0.06),
    })),
    hooks: {
      drawAxes: [(u) => drawGuides(u, scene)],
      draw: [
        (u) => {
          drawMarkers(u, scene);
          drawLabels(u, scene);
        },
      ],
      setCursor: [
        (u) => scene.point(u.cursor.idx == null ? null : (u.data[0][u.cursor.idx] ?? null)),
      ],
      setSelect: [(u) => zoomToSelection(u, scene)],
    },
  };
}

// The zone stands right of the axis: a label that would reach into it is left out.
function timeLabel(u: uPlot, ms: number, step: number, zone: Zone): string {
  const room = u.bbox.width / devicePixelRatio - u.valToPos(ms, "x");
  return room < 28 ? "" : axisTime(ms, step, zone);
}

// As many decimals as the distance between two marks needs, whatever the figures themselves have.
function axisFigure(value: number, step: number, style: Partial<Column>): string {
  const format = style.format ?? "number";
  if (format === "bytes" || format === "duration" || format === "count") return write(value, style);
  const size = format === "percent" ? step * 100 : step;
  const decimals = stepDecimals(size);
  return write(value, { format, decimals, unit: "" }).replace("/s", "");
}

function zoomToSelection(u: uPlot, scene: Scene): void {
  const { left, width } = u.select;
  if (width < 6) return;
  scene.zoomTo([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
