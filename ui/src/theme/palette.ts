import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";

/** The tokens a canvas needs, read from the one token file. */
export interface Palette {
  page: string;
  panel: string;
  raised: string;
  line: string;
  lineStrong: string;
  ink: string;
  inkStrong: string;
  muted: string;
  accent: string;
  up: string;
  down: string;
  grid: string;
  series: string[];
  font: string;
}

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    page: token("page"),
    panel: token("panel"),
    raised: token("raised"),
    line: token("line"),
    lineStrong: token("line-strong"),
    ink: token("ink"),
    inkStrong: token("ink-strong"),
    muted: token("muted"),
    accent: token("accent"),
    up: token("up"),
    down: token("down"),
    grid: token("grid"),
    series: [1, 2, 3, 4, 5, 6].map((n) => token(`series-${n}`)),
    font: token("font"),
  };
}

export function usePalette(): Palette {
  const scheme = useComputedColorScheme("dark");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what read() finds
  return useMemo(read, [scheme]);
}

/** A colour with an opacity, for fills. */
export function faint(colour: string, opacity: number): string {
  const alpha = Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0");
  return `${colour}${alpha}`;
}
