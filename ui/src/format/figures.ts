import type { Cell, Column, Format, Row } from "../wire";
import { clockMillis, dateTime, fullTime, type Zone } from "./time";

export const ABSENT = "–";
const MINUS = "\u2212";

const formatters = new Map<string, Intl.NumberFormat>();

function fixed(value: number, least: number, most = least): string {
  const key = `${least}:${most}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: least,
      maximumFractionDigits: most,
    });
    formatters.set(key, formatter);
  }
  const text = formatter.format(value);
  const plain = text.startsWith("-") ? text.slice(1) : text;
  return text.startsWith("-") && /[1-9]/.test(plain) ? MINUS + plain : plain;
}

export function isAbsent(value: Cell): value is null | undefined {
  return (
    value === null || value === undefined || (typeof value === "number" && Number.isNaN(value))
  );
}

/** Decimals that show about five significant digits, for figures nobody gave a precision. */
export function naturalDecimals(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(size)) return 0;
  if (Number.isInteger(value) && size < 1e6) return 0;
  return Math.min(8, Math.max(0, 4 - Math.floor(Math.log10(size))));
}

function number(value: number, decimals: number | null | undefined): string {
  if (decimals !== null && decimals !== undefined) return fixed(value, decimals);
  return fixed(value, 0, naturalDecimals(value));
}

function pvalue(value: number): string {
  if (value < 0.0001) return "< 0.0001";
  if (value === 0) return "0";
  const decimals = Math.max(2, 1 - Math.floor(Math.log10(value)));
  return fixed(value, decimals);
}

function scaled(value: number, base: number, units: string[]): string {
  let size = Math.abs(value);
  let at = 0;
  while (size >= base && at < units.length - 1) {
    size /= base;
    at += 1;
  }
  const decimals = at === 0 || size >= 100 ? 0 : 1;
  return `${fixed(value < 0 ? -size : size, decimals)} ${units[at]}`;
}

export function bytes(value: number): string {
  return scaled(value, 1000, ["B", "kB", "MB", "GB", "TB"]);
}

export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size !== 0 && size < 0.001) return `${fixed(seconds * 1e6, 0)} µs`;
  if (size !== 0 && size < 1) return `${fixed(seconds * 1000, 0)} ms`;
  if (size < 60) return `${fixed(seconds, size < 10 ? 1 : 0)} s`;
  if (size < 3600) return `${fixed(seconds / 60, 1)} min`;
  if (size < 86400) return `${fixed(seconds / 3600, 1)} h`;
  return `${fixed(seconds / 86400, 1)} d`;
}

/** An age for a chip: whole words, never more exact than it is worth. */
export function age(seconds: number): string {
  if (seconds < 0) return "0 s";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

export function rate(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${fixed(value / 1e6, 1)}M`;
  if (size >= 10_000) return `${fixed(value / 1000, 1)}k`;
  return fixed(value, size < 10 ? 1 : 0);
}

export interface Figure {
  text: string;
  unit: string;
}

export type Style = Pick<Column, "format" | "decimals" | "signed" | "unit">;

/** Writes one figure as its column says. */
export function figure(value: Cell, style: Style, row?: Row, zone: Zone = "UTC"): Figure {
  const unit = style.unit ?? "";
  if (isAbsent(value)) return { text: ABSENT, unit: "" };
  if (typeof value === "boolean") return { text: value ? "yes" : "no", unit: "" };
  if (typeof value !== "number") return { text: String(value), unit };
  const decimals = style.decimals ?? null;
  const text = written(value, style.format ?? "text", decimals, row, zone);
  const signed = style.signed && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
  return { text: signed, unit: unitOf(style.format, unit) };
}

function unitOf(format: Format | undefined, unit: string): string {
  if (format === "percent" || format === "progress") return "%";
  if (format === "rate") return unit || "/s";
  return unit;
}

function written(
  value: number,
  format: Format,
  decimals: number | null,
  row: Row | undefined,
  zone: Zone,
): string {
  const own = typeof row?.decimals === "number" ? row.decimals : null;
  switch (format) {
    case "price":
      return number(value, own ?? decimals);
    case "count":
      return fixed(value, 0);
    case "percent":
    case "progress":
      return fixed(value * 100, decimals ?? 2);
    case "pvalue":
      return pvalue(value);
    case "bytes":
      return bytes(value);
    case "rate":
      return decimals === null ? rate(value) : fixed(value, decimals);
    case "duration":
      return duration(value);
    case "time":
      return decimals === 3 ? clockMillis(value, zone) : dateTime(value, zone);
    case "datetime":
      return fullTime(value, zone);
    default:
      return number(value, decimals);
  }
}

/** The figure in one string, for labels and read-outs. */
export function write(value: Cell, style: Style, row?: Row, zone: Zone = "UTC"): string {
  const { text, unit } = figure(value, style, row, zone);
  if (unit === "") return text;
  return unit.startsWith("/") || unit === "%" ? `${text}${unit}` : `${text} ${unit}`;
}

const LEFT: ReadonlySet<Format> = new Set(["text", "state", "time", "datetime", "link", "web"]);

export function isNumeric(format: Format | undefined): boolean {
  return !LEFT.has(format ?? "text");
}
