import { memo } from "react";

const WIDTH = 120;
const HEIGHT = 28;

/** Path of a small line; absent figures are gaps. */
export function sparkPath(values: (number | null)[], width: number, height: number): string {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return "";
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = width / Math.max(1, values.length - 1);
  let path = "";
  let drawing = false;
  values.forEach((value, i) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const y = height - 1.5 - ((value - low) / span) * (height - 3);
    path += `${drawing ? "L" : "M"}${(i * step).toFixed(1)} ${y.toFixed(1)}`;
    drawing = true;
  });
  return path;
}

export const Sparkline = memo(function Sparkline({ values }: { values: (number | null)[] }) {
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={sparkPath(values, WIDTH, HEIGHT)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
});
