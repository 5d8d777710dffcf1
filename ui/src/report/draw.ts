import { decimalsFor, extent, thinned, ticks, timeTicks, write } from "./scales";
import type { Chart, Line } from "./types";

const SVG = "http://www.w3.org/2000/svg";
export const LEFT = 58;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 24;

/** What a chart shows of its rows: which lines, from where to where, on which scale. */
export interface View {
  width: number;
  height: number;
  hidden: Set<number>;
  from: number;
  to: number;
  log: boolean;
}

/** Where figures stand on the drawing. [px] */
export interface Places {
  x(value: number): number;
  y(value: number): number;
  low: number;
  high: number;
}

export function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function text(x: number, y: number, words: string, anchor: string): SVGElement {
  const made = element("text", { x, y, "text-anchor": anchor });
  made.textContent = words;
  return made;
}

export function placesOf(chart: Chart, view: View): Places {
  const shown = chart.lines.filter((_, i) => !view.hidden.has(i)).map((line) => line.values);
  let [low, high] = extent(shown, view.from, view.to) ?? [0, 1];
  const bars = chart.lines.some((line, i) => line.mark === "bars" && !view.hidden.has(i));
  if (bars) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  const log = view.log && low > 0;
  const pad = (high - low || Math.abs(high) || 1) * 0.05;
  if (log) [low, high] = [low * 0.97, high * 1.03];
  else [low, high] = [low - pad, high + pad];
  const [x0, x1] = [chart.x[view.from] as number, chart.x[view.to] as number];
  // Bars at the ends need room for their halves.
  const room = bars && !chart.time ? (x1 - x0) / Math.max(1, view.to - view.from) / 2 : 0;
  const across = view.width - LEFT - RIGHT;
  const down = view.height - TOP - BOTTOM;
  const at = log ? Math.log : (value: number) => value;
  return {
    low,
    high,
    x: (value) => LEFT + (across * (value - x0 + room)) / (x1 - x0 + 2 * room || 1),
    y: (value) => TOP + down * (1 - (at(value) - at(low)) / (at(high) - at(low) || 1)),
  };
}

/** Draws a chart anew, and says where its figures stand. */
export function draw(svg: SVGElement, chart: Chart, view: View): Places {
  const places = placesOf(chart, view);
  svg.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
  const parts: SVGElement[] = [...axes(chart, view, places)];
  chart.lines.forEach((line, i) => {
    if (!view.hidden.has(i)) parts.push(drawLine(chart, line, i, view, places));
  });
  parts.push(...marks(chart, view, places));
  svg.replaceChildren(...parts);
  return places;
}

function axes(chart: Chart, view: View, places: Places): SVGElement[] {
  const parts: SVGElement[] = [];
  const right = view.width - RIGHT;
  const levels = ticks(places.low, places.high, Math.max(2, (view.height - 40) / 36));
  const step = levels.length > 1 ? (levels[1] as number) - (levels[0] as number) : 1;
  const decimals = decimalsFor(chart.percent ? step * 100 : step);
  for (const level of levels) {
    const y = places.y(level);
    parts.push(element("line", { x1: LEFT, x2: right, y1: y, y2: y, class: "grid" }));
    parts.push(text(LEFT - 6, y + 4, write(level, chart.percent, decimals), "end"));
  }
  for (const guide of chart.guides) {
    if (guide < places.low || guide > places.high) continue;
    const y = places.y(guide);
    parts.push(element("line", { x1: LEFT, x2: right, y1: y, y2: y, class: "guide" }));
  }
  const [x0, x1] = [chart.x[view.from] as number, chart.x[view.to] as number];
  const wanted = Math.max(2, (view.width - LEFT) / 90);
  const below = view.height - 7;
  if (chart.time) {
    for (const [at, words] of timeTicks(x0, x1, wanted)) {
      parts.push(text(places.x(at), below, words, "middle"));
    }
    return parts;
  }
  const stops = ticks(x0, x1, wanted);
  const gap = stops.length > 1 ? (stops[1] as number) - (stops[0] as number) : 1;
  const exact = decimalsFor(chart.xPercent ? gap * 100 : gap);
  for (const at of stops) {
    parts.push(text(places.x(at), below, write(at, chart.xPercent, exact), "middle"));
  }
  return parts;
}

function drawLine(chart: Chart, line: Line, index: number, view: View, places: Places): SVGElement {
  if (line.mark === "bars") return drawBars(chart, line, index, view, places);
  const rows = thinned(line.values, view.from, view.to, view.width);
  let path = "";
  let open = false;
  for (const row of rows) {
    const value = line.values[row];
    if (value === null || value === undefined) {
      // A hole is a hole; a benchmark that trades on fewer days is no hole of these.
      continue;
    }
    const point = `${places.x(chart.x[row] as number).toFixed(1)} ${places.y(value).toFixed(1)}`;
    path += `${open ? "L" : "M"}${point}`;
    open = true;
  }
  const kind = line.mark === "dashed" ? "line dashed" : "line";
  return element("path", { d: path, class: `${kind} s${index}`, fill: "none" });
}

function drawBars(chart: Chart, line: Line, index: number, view: View, places: Places): SVGElement {
  const across = view.width - LEFT - RIGHT;
  const width = Math.max(0.6, (across / (view.to - view.from + 1)) * 0.8);
  const nought = places.y(0);
  let path = "";
  for (let row = view.from; row <= view.to; row += 1) {
    const value = line.values[row];
    if (value === null || value === undefined) continue;
    const left = places.x(chart.x[row] as number) - width / 2;
    path += `M${left.toFixed(1)} ${nought.toFixed(1)}h${width.toFixed(2)}V${places.y(value).toFixed(1)}h${(-width).toFixed(2)}z`;
  }
  return element("path", { d: path, class: `bars s${index}` });
}

function marks(chart: Chart, view: View, places: Places): SVGElement[] {
  return chart.marks
    .filter(({ row, line }) => row >= view.from && row <= view.to && !view.hidden.has(line))
    .map(({ row, line }) => {
      const value = chart.lines[line]?.values[row] ?? 0;
      const [x, y] = [places.x(chart.x[row] as number), places.y(value)];
      return element("path", { d: `M${x - 3} ${y - 3}l6 6m0 -6l-6 6`, class: "mark" });
    });
}
