import {
  type CandlestickData,
  CandlestickSeries,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useMemo, useRef } from "react";
import { write } from "../format/figures";
import { clockTime, dateTime, day, type Zone, zoneName } from "../format/time";
import { useZone } from "../format/zone";
import { faint, type Palette, usePalette } from "../theme/palette";
import type { CandlesPayload, Marker, Panel } from "../wire";
import { barsOf, type Drawn, firstDifference } from "./bars";
import type { ChartGroup, Member } from "./group";
import { lookOf, type Shape } from "./markers";
import { useSize } from "./size";
import { candlesSummary } from "./summary";

interface Properties {
  panel: Panel;
  payload: CandlesPayload;
  group: ChartGroup;
}

interface Chart {
  api: IChartApi;
  price: ISeriesApi<"Candlestick">;
  volume: ISeriesApi<"Histogram">;
  events: ISeriesMarkersPluginApi<Time>;
  drawn: Drawn[];
}

const VOLUME_OPACITY = 0.35;
const READOUT_GAP = 10;

function optionsOf(palette: Palette, zone: Zone) {
  const ms = (time: Time) => (time as number) * 1000;
  return {
    layout: {
      background: { color: palette.panel },
      textColor: palette.muted,
      fontFamily: palette.font,
      fontSize: 11,
      attributionLogo: false,
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
      timeVisible: true,
      secondsVisible: true,
      rightOffset: 2,
      tickMarkFormatter: (time: Time) => clockTime(ms(time), zone),
    },
    localization: {
      timeFormatter: (time: Time) => `${dateTime(ms(time), zone)} ${zoneName(zone, ms(time))}`,
    },
  };
}

function make(element: HTMLElement, palette: Palette, zone: Zone): Chart {
  const api = createChart(element, { ...optionsOf(palette, zone), autoSize: false });
  const volume = api.addSeries(HistogramSeries, {
    priceScaleId: "",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  const price = api.addSeries(CandlestickSeries, {
    upColor: palette.up,
    downColor: palette.down,
    borderVisible: false,
    wickUpColor: palette.up,
    wickDownColor: palette.down,
    priceLineColor: palette.muted,
  });
  return { api, price, volume, events: createSeriesMarkers(price, []), drawn: [] };
}

// Prices in the steps of the instrument, whenever these are known and however often a chart is made.
function formatPrices(chart: Chart, decimals: number): void {
  const style = { format: "price" as const, decimals };
  const formatter = (price: number) => write(price, style);
  chart.price.applyOptions({
    priceFormat: { type: "custom", minMove: 10 ** -decimals, formatter },
  });
}

function draw(chart: Chart, payload: CandlesPayload, palette: Palette): void {
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
  if (last === undefined || at < chart.drawn.length - 1 || isBefore) {
    chart.price.setData(bars.map(price));
    chart.volume.setData(bars.map(volume));
    // What happened is to be seen without a search for it.
    if (last === undefined && payload.markers?.length) chart.api.timeScale().fitContent();
  } else {
    for (const bar of bars.slice(at)) {
      chart.price.update(price(bar));
      chart.volume.update(volume(bar));
    }
  }
  chart.drawn = bars;
}

const SHAPES: Record<Shape, "arrowUp" | "arrowDown" | "circle" | "square"> = {
  up: "arrowUp",
  down: "arrowDown",
  dot: "circle",
  cross: "square",
  diamond: "circle",
};

// Each stands at the bar of its moment: what is bought below it, all else above.
function eventsOf(markers: Marker[], bars: Drawn[], palette: Palette): SeriesMarker<Time>[] {
  return markers.flatMap((marker) => {
    const bar = barAt(bars, marker.x);
    if (bar === undefined) return [];
    const { shape, colour } = lookOf(marker.kind, palette);
    const position = marker.kind === "buy" ? ("belowBar" as const) : ("aboveBar" as const);
    return [{ time: bar.time as UTCTimestamp, position, shape: SHAPES[shape], color: colour }];
  });
}

/** Open-high-low-close bars with volume. */
export function CandlesPanel({ panel, payload, group }: Properties) {
  const holder = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const current = useRef(payload);
  current.current = payload;
  const size = useSize(holder);
  const palette = usePalette();
  const zone = useZone();
  const minute = Math.floor((payload.x[payload.x.length - 1] ?? 0) / 60_000);
  // biome-ignore lint/correctness/useExhaustiveDependencies: spoken once a minute, not per message
  const summary = useMemo(() => candlesSummary(panel, payload, zone), [panel, zone, minute]);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = make(element, palette, zone);
    chart.current = made;
    const show = (time: number | null) => {
      const box = readout.current;
      const bar = time === null ? undefined : made.drawn.find((one) => one.time === time);
      if (box === null) return;
      box.hidden = bar === undefined;
      box.style.right = `${made.api.priceScale("right").width() + READOUT_GAP}px`;
      if (bar === undefined) return;
      const events = (current.current.markers ?? []).filter((m) => barAt(made.drawn, m.x) === bar);
      const words = wordsOf(bar, current.current.decimals, zone);
      box.textContent = [words, ...events.map((marker) => marker.text)].join("\n");
    };
    const member: Member = {
      extent: () => null,
      gutter: () => 0,
      redraw: () => {},
      showCursor(x) {
        const bar = x === null ? undefined : barAt(made.drawn, x);
        show(bar?.time ?? null);
        if (bar === undefined) made.api.clearCrosshairPosition();
        else made.api.setCrosshairPosition(bar.close, bar.time as UTCTimestamp, made.price);
      },
    };
    made.api.subscribeCrosshairMove((event) => {
      if (event.sourceEvent === undefined && event.time !== undefined) return;
      const time = event.time === undefined ? null : (event.time as number);
      show(time);
      if (event.sourceEvent !== undefined) group.cursor(time === null ? null : time * 1000, member);
    });
    const leave = group.join(member);
    formatPrices(made, current.current.decimals);
    draw(made, current.current, palette);
    made.events.setMarkers(eventsOf(current.current.markers ?? [], made.drawn, palette));
    return () => {
      leave();
      chart.current = null;
      made.api.remove();
    };
  }, [palette, zone, group]);

  useEffect(() => {
    if (size.width > 0) chart.current?.api.resize(size.width, size.height);
  }, [size]);

  useEffect(() => {
    if (chart.current !== null) formatPrices(chart.current, payload.decimals);
  }, [payload.decimals]);

  useEffect(() => {
    if (chart.current !== null) draw(chart.current, payload, palette);
  }, [payload, palette]);

  const { markers } = payload;
  const first = payload.x[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another first bar may hold other events
  useEffect(() => {
    const made = chart.current;
    if (made !== null) made.events.setMarkers(eventsOf(markers ?? [], made.drawn, palette));
  }, [markers, first, palette]);

  return (
    <div className="chart chart--candles">
      <div ref={holder} className="chart__canvas" role="img" aria-label={summary} />
      <div ref={readout} className="chart__readout" hidden />
      <span className="chart__zone" aria-hidden="true">
        {`${day(minute * 60_000, zone)} ${zoneName(zone, minute * 60_000)}`}
      </span>
    </div>
  );
}

function barAt(bars: Drawn[], x: number): Drawn | undefined {
  const time = x / 1000;
  for (let i = bars.length - 1; i >= 0; i -= 1) {
    const bar = bars[i] as Drawn;
    if (bar.time <= time) return bar;
  }
  return undefined;
}

function wordsOf(bar: Drawn, decimals: number, zone: Zone): string {
  const price = (value: number) => write(value, { format: "price", decimals });
  const change = bar.close / bar.open - 1;
  const percent = write(change, { format: "percent", signed: true });
  return (
    `${clockTime(bar.time * 1000, zone)}  O ${price(bar.open)}  H ${price(bar.high)}  ` +
    `L ${price(bar.low)}  C ${price(bar.close)}  ${percent}  V ${write(bar.volume, {})}`
  );
}
