import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import { useLook } from "./look";

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
  hover: string;
  accent: string;
  fault: string;
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
    hover: token("hover"),
    accent: token("accent"),
    fault: token("fault"),
    up: token("up"),
    down: token("down"),
    grid: token("grid"),
    series: [1, 2, 3, 4, 5, 6].map((n) => token(`series-${n}`)),
    font: token("font"),
  };
}

export function usePalette(): Palette {
  const scheme = useComputedColorScheme("dark");
  const { palette } = useLook();
  // biome-ignore lint/correctness/useExhaustiveDependencies: both decide what read() finds
  return useMemo(read, [scheme, palette]);
}

function channels(colour: string): number[] {
  const digits = colour.replace("#", "");
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

/** The colour a share of the way from one to another, each as six hexadecimal digits. */
export function between(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)];
  const mixed = a.map((value, i) => Math.round(value + share * ((b[i] as number) - value)));
  return `rgb(${mixed.join(" ")})`;
}

/** A colour with an opacity, for fills. */
export function faint(colour: string, opacity: number): string {
  const alpha = Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0");
  return `${colour}${alpha}`;
}
