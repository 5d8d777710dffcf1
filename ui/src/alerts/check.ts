import { useEffect, useState } from "react";
import { ApiError, send } from "../api";
import type { RuleForm } from "./rule";

export interface Place {
  message: string;
  start: number;
  end: number;
}

/** What the deck says of a text. */
export interface Verdict {
  text: string;
  ok: boolean;
  error: Place | null;
  remarks: Place[];
  form: RuleForm | null;
}

interface Answer {
  ok: boolean;
  error?: Place | null;
  remarks?: Place[];
  form?: RuleForm | null;
}

const PAUSE = 300;

async function judge(text: string): Promise<Verdict> {
  try {
    const answer = await send<Answer>("POST", "/api/v1/alerts/check", { text });
    const { ok, error = null, remarks = [], form = null } = answer;
    return { text, ok, error, remarks, form };
  } catch (fault) {
    const message = fault instanceof ApiError ? fault.message : String(fault);
    return { text, ok: false, error: { message, start: 0, end: 0 }, remarks: [], form: null };
  }
}

/** The verdict on a text, asked for when typing pauses; null until there is one on this text. */
export function useVerdict(text: string, told: (verdict: Verdict) => void): Verdict | null {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for another text only
  useEffect(() => {
    if (text.trim() === "") return;
    let left = false;
    const timer = setTimeout(() => {
      void judge(text).then((found) => {
        if (left) return;
        setVerdict(found);
        told(found);
      });
    }, PAUSE);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [text]);
  return verdict?.text === text ? verdict : null;
}
