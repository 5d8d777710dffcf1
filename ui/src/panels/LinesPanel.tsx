import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { write } from "../format/figures";
import { momentOf, type Zone } from "../format/time";
import { useZone } from "../format/zone";
import { usePalette } from "../theme/palette";
import type { LinesPayload, Marker, Panel, Series } from "../wire";
import type { ChartGroup, Member } from "./group";
import { lookOf } from "./markers";
import {
  type Line,
  labelText,
  latest,
  linesOf,
  optionsOf,
  pointedMarkers,
  type Scene,
  toData,
} from "./plot";
import { useSize } from "./size";
import { linesSummary } from "./summary";

interface Properties {
  panel: Panel;
  payload: LinesPayload;
  group: ChartGroup;
}

let ruler: CanvasRenderingContext2D | null = null;

function widthOf(text: string, font: string): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (ruler === null) return text.length * 6;
  ruler.font = `500 11px ${font}`;
  return ruler.measureText(text).width;
}

/** Lines against time, with bands and guides, drawn on one canvas. */
export function LinesPanel({ panel, payload, group }: Properties) {
  const holder = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const current = useRef(payload);
  current.current = payload;
  const size = useSize(holder);
  const palette = usePalette();
  const zone = useZone();
  const [zoomed, setZoomed] = useState(group.zoom !== null);
  const shape = `${Object.keys(payload.lines).join()}|${JSON.stringify(payload.bands ?? [])}`;
  const summary = useSummary(panel, payload, zone);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the payload here
  const lines = useMemo(
    () => linesOf(current.current, panel.columns ?? [], palette),
    [shape, panel, palette],
  );

  useEffect(() => group.onZoom(() => setZoomed(group.zoom !== null)), [group]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: size changes are handled without a new chart
  useEffect(() => {
    const element = holder.current;
    if (element === null || size.width === 0) return;
    let widest = 0;
    let room = element.clientWidth;
    const gutter = () => {
      for (const line of lines) {
        const value = latest(current.current.lines[line.id] as Series);
        widest = Math.max(widest, widthOf(labelText(line, value), palette.font));
      }
      for (const guide of panel.guides ?? []) {
        widest = Math.max(widest, widthOf(guide.label, palette.font));
      }
      room = element.clientWidth;
      return Math.min(Math.ceil(Math.max(widest, 62) / 4) * 4 + 10, Math.max(72, room * 0.3));
    };
    const member: Member = {
      extent() {
        const { x } = current.current;
        return x.length > 0 ? [x[0] as number, x[x.length - 1] as number] : null;
      },
      gutter,
      showCursor(x) {
        const plot = chart.current;
        if (plot === null) return;
        const left = x === null ? -10 : plot.valToPos(x, "x");
        plot.setCursor({ left, top: x === null ? -10 : 0 }, false);
        show(plot, x === null ? null : (plot.cursor.idx ?? null));
      },
      redraw() {
        chart.current?.setData(toData(current.current, lines));
      },
    };
    const show = (plot: uPlot, index: number | null) => {
      const box = readout.current;
      if (box === null) return;
      const x = index === null ? undefined : plot.data[0][index];
      box.hidden = x === undefined;
      if (x === undefined || index === null) return;
      const events = pointedMarkers(plot, current.current.markers ?? [], x);
      box.replaceChildren(
        time(momentOf(x, zone)),
        ...lines.map((l, i) => item(plot, l, i, index)),
        ...events.map((marker) => event(marker, lookOf(marker.kind, palette).colour)),
      );
    };
    const scene: Scene = {
      palette,
      lines,
      bands: current.current.bands ?? [],
      guides: panel.guides ?? [],
      zone,
      markers: () => current.current.markers ?? [],
      gutter: () => group.gutter() || gutter(),
      range: () => group.range(),
      zoomTo: (range) => group.setZoom(range),
      point(x) {
        group.cursor(x, member);
        if (chart.current !== null) show(chart.current, chart.current.cursor.idx ?? null);
      },
    };
    const leave = group.join(member);
    const options = optionsOf(scene, element.clientWidth, element.clientHeight);
    chart.current = new uPlot(options, toData(current.current, lines), element);
    return () => {
      leave();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [lines, palette, zone, group, panel, size.width > 0]);

  useEffect(() => {
    if (size.width > 0) chart.current?.setSize(size);
  }, [size]);

  useEffect(() => {
    chart.current?.setData(toData(payload, lines));
  }, [payload, lines]);

  return (
    <div className="chart">
      <div ref={holder} className="chart__canvas" role="img" aria-label={summary} />
      <div ref={readout} className="chart__readout" hidden />
      {zoomed && (
        <button type="button" className="chart__reset" onClick={() => group.setZoom(null)}>
          Reset zoom
        </button>
      )}
    </div>
  );
}

function time(text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "chart__time";
  element.textContent = text;
  return element;
}

function item(plot: uPlot, line: Line, at: number, index: number): HTMLElement {
  const element = document.createElement("span");
  const swatch = document.createElement("i");
  swatch.style.background = line.colour;
  const value = (plot.data[at + 1] as Series)[index];
  element.append(swatch, `${line.column.title} ${write(value, line.column)}`);
  return element;
}

function event(marker: Marker, colour: string): HTMLElement {
  const element = document.createElement("b");
  element.style.color = colour;
  element.textContent = marker.text;
  return element;
}

// A screen reader is told what the chart says at most every five seconds.
function useSummary(panel: Panel, payload: LinesPayload, zone: Zone): string {
  const [text, setText] = useState(() => linesSummary(panel, payload, zone));
  const at = useRef(0);
  useEffect(() => {
    const now = Date.now();
    if (now - at.current < 5000) return;
    at.current = now;
    setText(linesSummary(panel, payload, zone));
  }, [panel, payload, zone]);
  return text;
}
