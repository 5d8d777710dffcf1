/** Where times are shown: UTC, the exchanges of New York, or the zone of this machine. */
export type Zone = "UTC" | "exchange" | "local";

export const ZONES: readonly Zone[] = ["UTC", "exchange", "local"];
const EXCHANGE = "America/New_York";
const NAMES: Record<Zone, string | undefined> = {
  UTC: "UTC",
  exchange: EXCHANGE,
  local: undefined,
};

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: NAMES[zone],
      hourCycle: "h23",
      ...options,
    });
    formatters.set(key, found);
  }
  return found;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
const DAY_MS = 86_400_000;
const DAY = { day: "numeric", month: "short" } as const;

export function clockTime(ms: number, zone: Zone): string {
  return formatter(zone, CLOCK).format(ms);
}

export function clockMillis(ms: number, zone: Zone): string {
  return formatter(zone, { ...CLOCK, fractionalSecondDigits: 3 }).format(ms);
}

export function day(ms: number, zone: Zone): string {
  return formatter(zone, DAY).format(ms);
}

/** Time of the day, with the date where it is not today's. */
export function dateTime(ms: number, zone: Zone, now = Date.now()): string {
  const time = clockTime(ms, zone);
  const date = formatter(zone, { ...DAY, year: "numeric" });
  return date.format(ms) === date.format(now) ? time : `${date.format(ms)} ${time}`;
}

/** Date and time of the day; of a midnight in UTC the day, for that is what days are. */
export function fullTime(ms: number, zone: Zone): string {
  if (ms % DAY_MS === 0) return dayOf(ms);
  return `${formatter(zone, { ...DAY, year: "numeric" }).format(ms)} ${clockTime(ms, zone)}`;
}

const MONTH_MS = 28 * DAY_MS;

/** Time of the day to the millisecond; of a midnight in UTC the day, for that is what days are. */
export function momentOf(ms: number, zone: Zone): string {
  return ms % DAY_MS === 0 ? dayOf(ms) : clockMillis(ms, zone);
}

function dayOf(ms: number): string {
  return formatter("UTC", { ...DAY, year: "numeric" }).format(ms);
}

/** Label of a time axis whose marks are `step` ms apart. */
export function axisTime(ms: number, step: number, zone: Zone): string {
  if (step >= MONTH_MS) return formatter(zone, { month: "short", year: "numeric" }).format(ms);
  if (step >= 86_400_000) return day(ms, zone);
  if (step >= 60_000) return formatter(zone, { hour: "2-digit", minute: "2-digit" }).format(ms);
  if (step >= 1000) return clockTime(ms, zone);
  return formatter(zone, { second: "2-digit", fractionalSecondDigits: 3 }).format(ms);
}

/** A date with its year. */
export function date(ms: number, zone: Zone): string {
  return formatter(zone, { ...DAY, year: "numeric" }).format(ms);
}

/** Name of the zone as it is printed beside times. */
export function zoneName(zone: Zone, ms = Date.now()): string {
  if (zone === "UTC") return "UTC";
  if (zone === "exchange") return "New York";
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(ms);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "local";
}
