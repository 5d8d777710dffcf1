import { SegmentedControl } from "@mantine/core";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { ABSENT, write } from "../format/figures";
import { type Palette, usePalette } from "../theme/palette";
import type { Column, Panel, Series, SurfacePayload } from "../wire";
import { heatRange, labelled, viridis } from "./heat";
import { useSize } from "./size";

interface Properties {
  panel: Panel;
  payload: SurfacePayload;
}

interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
}

const PLAIN: Column = { id: "", title: "", format: "number" };
const SPATIAL = lazy(() => import("./SpatialSurface"));

/** Figures over two numbers: a heat map, or the same in three dimensions. */
export function SurfacePanel({ panel, payload }: Properties) {
  const [chosen, setChosen] = useState("");
  const [spatial, setSpatial] = useState(false);
  const columns = (panel.columns ?? []).filter((column) => column.id in payload.layers);
  const column = columns.find((one) => one.id === chosen) ?? columns[0] ?? PLAIN;
  const layer = payload.layers[column.id] ?? [];
  return (
    <div className="surface">
      <div className="surface__choices controls">
        {columns.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="Figure"
            data={columns.map((one) => ({ value: one.id, label: one.title }))}
            value={column.id}
            onChange={setChosen}
            transitionDuration={0}
          />
        )}
        <SegmentedControl
          size="xs"
          aria-label="Drawn as"
          data={["Heat map", "3D"]}
          value={spatial ? "3D" : "Heat map"}
          onChange={(value) => setSpatial(value === "3D")}
          transitionDuration={0}
        />
      </div>
      {spatial ? (
        <Suspense fallback={<p className="surface__wait">Loading the 3D drawing…</p>}>
          <SPATIAL panel={panel} payload={payload} column={column} layer={layer} />
        </Suspense>
      ) : (
        <HeatMap panel={panel} payload={payload} column={column} layer={layer} />
      )}
    </div>
  );
}

export interface LayerProperties extends Properties {
  column: Column;
  layer: Series[];
}

function HeatMap({ panel, payload, column, layer }: LayerProperties) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>({ left: 0, top: 0, width: 0, height: 0 });
  const size = useSize(holder);
  const palette = usePalette();
  const range = useMemo(() => heatRange(layer), [layer]);
  const { x, y, names } = payload;

  useEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext("2d");
    if (!element || !ctx || size.width === 0) return;
    element.width = size.width * devicePixelRatio;
    element.height = size.height * devicePixelRatio;
    ctx.scale(devicePixelRatio, devicePixelRatio);
    const where = { left: 116, top: 6, width: size.width - 200, height: size.height - 34 };
    plot.current = where;
    drawCells(ctx, where, layer, range);
    drawAxes(ctx, where, panel, { x, y, names }, palette);
    drawScale(ctx, where, column, range, palette);
  }, [layer, x, y, names, panel, column, palette, size, range]);

  const point = (event: React.PointerEvent) => {
    const box = readout.current;
    if (box === null) return;
    const found = cellAt(
      plot.current,
      payload,
      event.nativeEvent.offsetX,
      event.nativeEvent.offsetY,
    );
    box.hidden = found === null;
    if (found !== null) box.textContent = cellText(panel, payload, column, layer, ...found);
  };

  const words = `${panel.title}: ${column.title}, ${payload.y.length} by ${payload.x.length}, from ${write(range?.[0], column)} to ${write(range?.[1], column)}.`;
  return (
    <div ref={holder} className="surface__heat">
      <canvas
        ref={canvas}
        role="img"
        aria-label={words}
        style={{ width: size.width, height: size.height }}
        onPointerMove={point}
        onPointerLeave={() => {
          if (readout.current !== null) readout.current.hidden = true;
        }}
      />
      <div ref={readout} className="chart__readout" hidden />
    </div>
  );
}

function drawCells(
  ctx: CanvasRenderingContext2D,
  { left, top, width, height }: Plot,
  layer: Series[],
  range: [number, number] | null,
): void {
  if (range === null) return;
  const [low, high] = range;
  layer.forEach((row, i) => {
    const from = top + ((layer.length - 1 - i) * height) / layer.length;
    const to = top + ((layer.length - i) * height) / layer.length;
    row.forEach((value, j) => {
      if (typeof value !== "number") return;
      const begin = Math.floor(left + (j * width) / row.length);
      const end = Math.floor(left + ((j + 1) * width) / row.length);
      ctx.fillStyle = viridis((value - low) / (high - low));
      ctx.fillRect(begin, Math.floor(from), end - begin, Math.floor(to) - Math.floor(from));
    });
  });
}

function drawAxes(
  ctx: CanvasRenderingContext2D,
  { left, top, width, height }: Plot,
  panel: Panel,
  payload: Omit<SurfacePayload, "state" | "layers">,
  palette: Palette,
): void {
  const [x, y] = [panel.axes?.[0] ?? PLAIN, panel.axes?.[1] ?? PLAIN];
  const [columns, rows] = [payload.x.length, payload.y.length];
  ctx.font = `11px ${palette.font}`;
  ctx.fillStyle = palette.muted;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (const i of labelled(rows, height, 15)) {
    const text = payload.names?.[i] || write(payload.y[i], y);
    ctx.fillText(text, left - 6, top + ((rows - 0.5 - i) * height) / rows);
  }
  ctx.textAlign = "center";
  for (const j of labelled(columns, width, 58)) {
    ctx.fillText(write(payload.x[j], x), left + ((j + 0.5) * width) / columns, top + height + 10);
  }
  ctx.fillText(x.title, left + width / 2, top + height + 23);
}

function drawScale(
  ctx: CanvasRenderingContext2D,
  { left, top, width, height }: Plot,
  column: Column,
  range: [number, number] | null,
  palette: Palette,
): void {
  if (range === null) return;
  const begin = left + width + 14;
  for (let i = 0; i < height; i += 1) {
    ctx.fillStyle = viridis(1 - i / height);
    ctx.fillRect(begin, top + i, 10, 1);
  }
  ctx.fillStyle = palette.muted;
  ctx.textAlign = "left";
  const middle = (range[0] + range[1]) / 2;
  ctx.fillText(write(range[1], column), begin + 15, top + 6);
  ctx.fillText(write(middle, column), begin + 15, top + height / 2);
  ctx.fillText(write(range[0], column), begin + 15, top + height - 6);
}

function cellAt(
  { left, top, width, height }: Plot,
  payload: SurfacePayload,
  x: number,
  y: number,
): [number, number] | null {
  const j = Math.floor(((x - left) / width) * payload.x.length);
  const i = payload.y.length - 1 - Math.floor(((y - top) / height) * payload.y.length);
  const inside = i >= 0 && i < payload.y.length && j >= 0 && j < payload.x.length;
  return inside ? [i, j] : null;
}

function cellText(
  panel: Panel,
  payload: SurfacePayload,
  column: Column,
  layer: Series[],
  i: number,
  j: number,
): string {
  const value = layer[i]?.[j];
  const figure = typeof value === "number" ? write(value, column) : ABSENT;
  const name = payload.names?.[i] || write(payload.y[i], panel.axes?.[1] ?? PLAIN);
  const x = panel.axes?.[0] ?? PLAIN;
  return `${name} · ${x.title} ${write(payload.x[j], x)} · ${column.title} ${figure}`;
}
