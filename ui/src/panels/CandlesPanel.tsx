import type { UTCTimestamp } from "lightweight-charts";
import { useEffect, useMemo, useRef, useState } from "react";
import { write } from "../format/figures";
import { clockTime, date, day, type Zone, zoneName } from "../format/time";
import { useZone } from "../format/zone";
import { usePalette } from "../theme/palette";
import type { CandlesPayload, Panel } from "../wire";
import type { Drawn } from "./bars";
import { CandleLegends } from "./CandleLegends";
import {
  barAt,
  bringIntoView,
  type Chart,
  draw,
  drawLevels,
  eventsOf,
  formatPrices,
  make,
} from "./candleChart";
import { drawingOf, isDaily, placeOf, topsOf } from "./chartLines";
import type { ChartGroup, Member } from "./group";
import { useSize } from "./size";
import { candlesSummary } from "./summary";

interface Properties {
  panel: Panel;
  payload: CandlesPayload;
  group: ChartGroup;
}

const READOUT_GAP = 10;

/** Open-high-low-close bars with volume; where a payload has some, lines, panes and levels. */
export function CandlesPanel({ panel, payload, group }: Properties) {
  const holder = useRef<HTMLDivElement>(null);
  const over = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const current = useRef(payload);
  current.current = payload;
  const size = useSize(holder);
  const width = useRef(size.width);
  width.current = size.width;
  const palette = usePalette();
  const zone = useZone();
  const [cursor, setCursor] = useState<number | null>(null);
  const [tops, setTops] = useState<number[]>([]);
  const drawing = drawingOf(payload);
  const daily = isDaily(payload.x);
  const isStudy = (payload.overlays?.length ?? 0) + (payload.panes?.length ?? 0) > 0;
  const minute = Math.floor((payload.x[payload.x.length - 1] ?? 0) / 60_000);
  // biome-ignore lint/correctness/useExhaustiveDependencies: spoken once a minute, not per message
  const summary = useMemo(() => candlesSummary(panel, payload, zone), [panel, zone, minute]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines or panes take another chart
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = make(element, current.current, palette, zone);
    chart.current = made;
    const show = (time: number | null) => {
      setCursor(time);
      const box = readout.current;
      const bar = time === null ? undefined : made.drawn.find((one) => one.time === time);
      if (box === null) return;
      box.hidden = bar === undefined;
      if (over.current !== null) {
        over.current.style.right = `${made.api.priceScale("right").width() + READOUT_GAP}px`;
      }
      if (bar === undefined) return;
      const events = (current.current.markers ?? []).filter((m) => barAt(made.drawn, m.x) === bar);
      const words = wordsOf(bar, current.current.decimals, zone, daily);
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
    if (width.current > 0) made.api.resize(width.current, element.clientHeight);
    formatPrices(made, current.current.decimals);
    draw(made, current.current, palette);
    bringIntoView(made, current.current, width.current);
    made.events.setMarkers(eventsOf(current.current.markers ?? [], made.drawn, palette));
    drawLevels(made, current.current.levels ?? [], palette, width.current);
    return () => {
      leave();
      chart.current = null;
      made.api.remove();
    };
  }, [palette, zone, group, drawing, daily]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: panes of another chart are measured too
  useEffect(() => {
    const made = chart.current;
    if (made === null || size.width === 0) return;
    made.api.resize(size.width, size.height);
    bringIntoView(made, current.current, size.width);
    if (!isStudy) return;
    // The chart shares its height out when it next draws.
    const frame = requestAnimationFrame(() => {
      setTops(topsOf(made.api.panes().map((pane) => pane.getHeight())));
      if (over.current !== null) {
        over.current.style.right = `${made.api.priceScale("right").width() + READOUT_GAP}px`;
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [size, drawing, isStudy, palette, zone, daily]);

  useEffect(() => {
    if (chart.current !== null) formatPrices(chart.current, payload.decimals);
  }, [payload.decimals]);

  useEffect(() => {
    if (chart.current === null) return;
    draw(chart.current, payload, palette);
    bringIntoView(chart.current, payload, width.current);
  }, [payload, palette]);

  const { markers, levels } = payload;
  const first = payload.x[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another first bar may hold other events
  useEffect(() => {
    const made = chart.current;
    if (made !== null) made.events.setMarkers(eventsOf(markers ?? [], made.drawn, palette));
  }, [markers, first, palette]);

  useEffect(() => {
    if (chart.current !== null) drawLevels(chart.current, levels ?? [], palette, size.width);
  }, [levels, palette, size.width]);

  const place = isStudy ? placeOf(chart.current?.drawn ?? [], cursor) : null;
  return (
    <div className="chart chart--candles">
      <div ref={holder} className="chart__canvas" role="img" aria-label={summary} />
      {isStudy && (
        <CandleLegends payload={payload} tops={tops} at={place} palette={palette} below />
      )}
      <div ref={over} className="chart__over">
        {isStudy && <CandleLegends payload={payload} tops={tops} at={place} palette={palette} />}
        <div ref={readout} className="chart__readout" hidden />
      </div>
      <span className="chart__zone" aria-hidden="true">
        {daily ? "UTC" : `${day(minute * 60_000, zone)} ${zoneName(zone, minute * 60_000)}`}
      </span>
    </div>
  );
}

function wordsOf(bar: Drawn, decimals: number, zone: Zone, daily: boolean): string {
  const price = (value: number) => write(value, { format: "price", decimals });
  const change = bar.close / bar.open - 1;
  const percent = write(change, { format: "percent", signed: true });
  const time = daily ? date(bar.time * 1000, "UTC") : clockTime(bar.time * 1000, zone);
  return (
    `${time}  O ${price(bar.open)}  H ${price(bar.high)}  ` +
    `L ${price(bar.low)}  C ${price(bar.close)}  ${percent}  V ${write(bar.volume, {})}`
  );
}
