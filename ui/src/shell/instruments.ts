import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { instruments, startCapture } from "../api";
import { tell } from "../notices";
import type { Page } from "../wire";

/** What the vendors trade under a name, and what has a name like it. */
export interface Answer {
  to: string;
  symbols: string[];
  near: string[];
}

const NOTHING: Answer = { to: "", symbols: [], near: [] };
const LEAST_LETTERS = 2;

/** Texts that hold every typed word, in any order. */
export function matching(texts: string[], typed: string): string[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return texts.filter((text) => words.every((word) => text.toLowerCase().includes(word)));
}

/** First page that takes a symbol, and the name of that choice. */
export function symbolPage(pages: Page[]): { page: Page; id: string } | null {
  for (const page of pages) {
    const control = page.controls?.find((one) => one.type === "symbol");
    if (control !== undefined) return { page, id: control.id };
  }
  return null;
}

/** Everything the vendors trade that matches, asked for once typing rests. */
export function useInstruments(typed: string): Answer & { waiting: boolean } {
  const text = typed.trim();
  const [asked] = useDebouncedValue(text, 200);
  const [answer, setAnswer] = useState(NOTHING);
  useEffect(() => {
    let left = false;
    if (asked.length < LEAST_LETTERS) return;
    instruments(asked).then(
      ({ instruments: list, near }) => {
        const symbols = list.map((one) => one.symbol);
        if (!left) setAnswer({ to: asked, symbols, near });
      },
      () => {
        if (!left) setAnswer({ ...NOTHING, to: asked });
      },
    );
    return () => {
      left = true;
    };
  }, [asked]);
  const known = text.length < LEAST_LETTERS || answer.to === text;
  return { ...(known && text.length >= LEAST_LETTERS ? answer : NOTHING), waiting: !known };
}

/** Captures these symbols from now on, and says what that made of one of them. */
export function captureOnly(symbols: string[], symbol: string, outcome: string): void {
  startCapture(symbols).then(
    () => tell(`capture ${symbol}`, "good", `${symbol} is ${outcome}.`),
    (fault: unknown) =>
      tell(`capture ${symbol}`, "fault", fault instanceof Error ? fault.message : String(fault)),
  );
}
