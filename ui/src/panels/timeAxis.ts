const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances that marks of a time axis may have. [ms] */
export const TIME_STEPS: number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((n) => n * HOUR),
  ...[1, 2, 4, 7, 14, 30, 60, 90, 180, 365, 730, 1826, 3652].map((n) => n * DAY),
];

const WITH_SECONDS = 72;
const WITHOUT = 50;
const WITH_YEAR = 68;

/** Room that a mark needs: one of hours and minutes is shorter than one with seconds. [px] */
export function timeSpace(span: number, width: number): number {
  if ((span / Math.max(1, width)) * WITHOUT > 14 * DAY) return WITH_YEAR;
  return (span / Math.max(1, width)) * WITHOUT > 30 * SECOND ? WITHOUT : WITH_SECONDS;
}
