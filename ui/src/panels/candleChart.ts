import {
  type CandlestickData,
  CandlestickSeries,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  type DeepPartial,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type SeriesOptionsCommon,
  TickMarkType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { write } from "../format/figures";
import { clockTime, date, dateTime, day, type Zone, zoneName } from "../format/time";
import { faint, type Palette } from "../theme/palette";
import type { CandlesPayload, ChartLevel, ChartLine, ChartPane, Marker } from "../wire";
import { barsOf, type Drawn, firstDifference } from "./bars";
import { firstOther, isDaily, type Point, pointsOf, spanOf } from "./chartLines";
import { lookOf, type Shape } from "./markers";

type LineApi = ISeriesApi<"Line"> | ISeriesApi<"Histogram">;

interface DrawnLine {
  line: ChartLine;
  colour: string;
  api: LineApi;
  points: Point[];
}

export interface Chart {
  api: IChartApi;
  price: ISeriesApi<"Candlestick">;
  volume: ISeriesApi<"Histogram">;
  events: ISeriesMarkersPluginApi<Time>;
  lines: DrawnLine[];
  levels: IPriceLine[];
  drawn: Drawn[];
  /** Whether the bars were brought into view once; from then on the person moves them. */
  isFitted: boolean;
}

const VOLUME_OPACITY = 0.35;
const PANE_OPACITY = 0.6;
const PRICE_SHARE = 3;
const LEGEND_SHARE = 0.2;
/** First colour of the lines over candles. */
export const OVER = 1;
/** Narrower than this, levels are not named and the newest bars are shown instead of all. [px] */
const NARROW = 520;
const FEWEST_PX = 2;
const LEVEL_NAME = 84;

function optionsOf(palette: Palette, zone: Zone, daily: boolean) {
  const ms = (time: Time) => (time as number) * 1000;
  const shown = daily ? "UTC" : zone;
  const tick = (time: Time, kind: TickMarkType) => {
    if (kind === TickMarkType.Year) return date(ms(time), shown).slice(-4);
    const isDay = kind === TickMarkType.Month || kind === TickMarkType.DayOfMonth;
    return isDay ? day(ms(time), shown) : clockTime(ms(time), zone);
  };
  const moment = (at: number) => `${dateTime(at, zone)} ${zoneName(zone, at)}`;
  return {
    layout: {
      background: { color: palette.panel },
      textColor: palette.muted,
      fontFamily: palette.font,
      fontSize: 11,
      attributionLogo: false,
      panes: { separatorColor: palette.line, enableResize: false },
    },
    grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
    // The wheel and a vertical swipe move the page; the axes and a pinch scale the chart.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { color: palette.muted, labelBackgroundColor: palette.lineStrong },
      horzLine: { color: palette.muted, labelBackgroundColor: palette.lineStrong },
    },
    rightPriceScale: {
      borderVisible: false,
      entireTextOnly: true,
      scaleMargins: { top: 0.1, bottom: 0.22 },
    },
    timeScale: {
      borderVisible: false,
      timeVisible: !daily,
      secondsVisible: true,
      rightOffset: 2,
      minBarSpacing: 0.2,
      tickMarkFormatter: tick,
    },
    localization: {
      timeFormatter: (time: Time) => (daily ? date(ms(time), "UTC") : moment(ms(time))),
    },
  };
}

/** A chart without bars yet, with a series for every line of the payload. */
export function make(
  element: HTMLElement,
  payload: CandlesPayload,
  palette: Palette,
  zone: Zone,
): Chart {
  const options = optionsOf(palette, zone, isDaily(payload.x));
  const api = createChart(element, { ...options, autoSize: false });
  const volume = api.addSeries(HistogramSeries, {
    priceScaleId: "",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  const over = payload.overlays ?? [];
  const colours = coloursOf(over, palette, OVER);
  const overlays = over.map((line, i) => addLine(api, line, colours[i] as string, palette, 0));
  const price = api.addSeries(CandlestickSeries, {
    upColor: palette.up,
    downColor: palette.down,
    borderVisible: false,
    wickUpColor: palette.up,
    wickDownColor: palette.down,
    priceLineColor: palette.muted,
  });
  const below = (payload.panes ?? []).flatMap((pane, i) => addPane(api, pane, i + 1, palette));
  if (below.length > 0) api.panes()[0]?.setStretchFactor(PRICE_SHARE);
  const events = createSeriesMarkers(price, []);
  return {
    api,
    price,
    volume,
    events,
    lines: [...overlays, ...below],
    levels: [],
    drawn: [],
    isFitted: false,
  };
}

/**
 * Each line its own colour; the edges of bands stand back. The first colour is that of rising candles:
 * lines over them leave it out.
 */
export function coloursOf(lines: ChartLine[], palette: Palette, first = 0): string[] {
  let next = first;
  return lines.map(({ mark }) => {
    if (mark === "edge" || mark === "histogram") return palette.muted;
    return palette.series[next++ % palette.series.length] as string;
  });
}

function addPane(api: IChartApi, pane: ChartPane, at: number, palette: Palette): DrawnLine[] {
  const colours = coloursOf(pane.lines, palette);
  const lines = pane.lines.map((line, i) =>
    addLine(api, line, colours[i] as string, palette, at, spanOf(pane)),
  );
  const first = lines[0]?.api;
  if (first === undefined) return lines;
  first.priceScale().applyOptions({ scaleMargins: { top: LEGEND_SHARE, bottom: 0.08 } });
  for (const guide of pane.guides ?? []) {
    first.createPriceLine({
      price: guide.value,
      color: faint(palette.muted, 0.6),
      lineWidth: 1,
      lineStyle: guide.value === 0 ? LineStyle.Solid : LineStyle.Dashed,
      axisLabelVisible: true,
      axisLabelColor: palette.raised,
      axisLabelTextColor: palette.muted,
      title: "",
    });
  }
  return lines;
}

function addLine(
  api: IChartApi,
  line: ChartLine,
  colour: string,
  palette: Palette,
  pane: number,
  span: [number, number] | null = null,
): DrawnLine {
  const decimals = line.decimals;
  const told: DeepPartial<SeriesOptionsCommon> = {
    lastValueVisible: false,
    priceLineVisible: false,
    ...(decimals == null ? {} : { priceFormat: formatOf(decimals) }),
    ...(span === null ? {} : { autoscaleInfoProvider: withSpan(span) }),
  };
  if (line.mark === "histogram") {
    const bars = api.addSeries(HistogramSeries, { ...told, color: palette.muted }, pane);
    return { line, colour, api: bars, points: [] };
  }
  const dots = line.mark === "dots";
  const series = api.addSeries(
    LineSeries,
    {
      ...told,
      color: colour,
      lineWidth: line.mark === "edge" ? 1 : 2,
      lineVisible: !dots,
      pointMarkersVisible: dots,
      pointMarkersRadius: 1.5,
      crosshairMarkerVisible: false,
    },
    pane,
  );
  return { line, colour, api: series, points: [] };
}

function formatOf(decimals: number) {
  const formatter = (value: number) => write(value, { format: "price" as const, decimals });
  return { type: "custom" as const, minMove: 10 ** -decimals, formatter };
}

function withSpan([low, high]: [number, number]): SeriesOptionsCommon["autoscaleInfoProvider"] {
  return (original) => {
    const found = original();
    const range = found?.priceRange;
    if (found === null || !range) return found;
    const [least, most] = [Math.min(range.minValue, low), Math.max(range.maxValue, high)];
    return { ...found, priceRange: { minValue: least, maxValue: most } };
  };
}

/** Prices in the steps of the instrument, whenever these are known and however often a chart is made. */
export function formatPrices(chart: Chart, decimals: number): void {
  chart.price.applyOptions({ priceFormat: formatOf(decimals) });
  for (const { line, api } of chart.lines) {
    if (line.decimals == null) api.applyOptions({ priceFormat: formatOf(decimals) });
  }
}

export function draw(chart: Chart, payload: CandlesPayload, palette: Palette): void {
  const bars = barsOf(payload);
  const at = firstDifference(chart.drawn, bars);
  const price = (bar: Drawn) => bar as unknown as CandlestickData<UTCTimestamp>;
  const volume = (bar: Drawn) => ({
    time: bar.time as UTCTimestamp,
    value: bar.volume,
    color: faint(bar.close >= bar.open ? palette.up : palette.down, VOLUME_OPACITY),
  });
  const last = chart.drawn.at(-1);
  const next = bars[at];
  // A bar may come late and stand before the last one: a series only takes what is newer.
  const isBefore = last !== undefined && next !== undefined && next.time < last.time;
  const isWhole = last === undefined || at < chart.drawn.length - 1 || isBefore;
  if (isWhole) {
    chart.price.setData(bars.map(price));
    chart.volume.setData(bars.map(volume));
  } else {
    for (const bar of bars.slice(at)) {
      chart.price.update(price(bar));
      chart.volume.update(volume(bar));
    }
  }
  for (const line of chart.lines)
    drawLine(line, pointsOf(payload.series?.[line.line.id], bars), palette);
  chart.drawn = bars;
}

/** Brings all bars into view, once: what happened is to be seen without a search for it. */
export function bringIntoView(chart: Chart, payload: CandlesPayload, width: number): void {
  const { lines, drawn, isFitted } = chart;
  if (isFitted || width === 0 || drawn.length === 0) return;
  chart.isFitted = true;
  // Names of levels stand beside the newest candles instead of over them.
  const isNamed = (payload.levels?.length ?? 0) > 0 && width >= NARROW;
  if (isNamed) chart.api.timeScale().applyOptions({ rightOffsetPixels: LEVEL_NAME });
  if (lines.length === 0 && (payload.markers?.length ?? 0) === 0) return;
  // Where there is no room for all, the newest.
  if (lines.length === 0 || width >= drawn.length * FEWEST_PX) chart.api.timeScale().fitContent();
}

function drawLine(drawn: DrawnLine, points: Point[], palette: Palette): void {
  const at = firstOther(drawn.points, points);
  const isWhole = at < drawn.points.length - 1 || at === 0 || points.length < drawn.points.length;
  const changed = isWhole ? points : points.slice(at);
  const coloured = changed.map(({ time, value }) => {
    const point = { time: time as UTCTimestamp };
    if (value === undefined) return point;
    if (drawn.line.mark !== "histogram") return { ...point, value };
    return { ...point, value, color: faint(value < 0 ? palette.down : palette.up, PANE_OPACITY) };
  });
  if (isWhole) drawn.api.setData(coloured);
  else for (const point of coloured) drawn.api.update(point);
  drawn.points = points;
}

/** Lines across the candles, named where there is room. */
export function drawLevels(
  chart: Chart,
  levels: ChartLevel[],
  palette: Palette,
  width: number,
): void {
  for (const level of chart.levels) chart.price.removePriceLine(level);
  const colours: Record<string, string> = { support: palette.up, resistance: palette.down };
  chart.levels = levels.map((level) => {
    const colour = colours[level.kind] ?? palette.muted;
    return chart.price.createPriceLine({
      price: level.price,
      color: faint(colour, 0.75),
      lineWidth: 1,
      lineStyle: level.kind === "pivot" ? LineStyle.Dotted : LineStyle.Dashed,
      axisLabelVisible: true,
      axisLabelColor: palette.raised,
      axisLabelTextColor: colour,
      title: width < NARROW ? "" : level.label,
    });
  });
}

const SHAPES: Record<Shape, "arrowUp" | "arrowDown" | "circle" | "square"> = {
  up: "arrowUp",
  down: "arrowDown",
  dot: "circle",
  cross: "square",
  diamond: "circle",
};

/** Each stands at the bar of its moment: what points up or is bought below it, all else above. */
export function eventsOf(markers: Marker[], bars: Drawn[], palette: Palette): SeriesMarker<Time>[] {
  return markers.flatMap((marker) => {
    const bar = barAt(bars, marker.x);
    if (bar === undefined) return [];
    const { shape, colour } = lookOf(marker.kind, palette);
    const position = shape === "up" ? ("belowBar" as const) : ("aboveBar" as const);
    return [{ time: bar.time as UTCTimestamp, position, shape: SHAPES[shape], color: colour }];
  });
}

export function barAt(bars: Drawn[], x: number): Drawn | undefined {
  const time = x / 1000;
  for (let i = bars.length - 1; i >= 0; i -= 1) {
    const bar = bars[i] as Drawn;
    if (bar.time <= time) return bar;
  }
  return undefined;
}
