import { useSyncExternalStore } from "react";

/** A question that waits for an answer. */
export interface Question {
  text: string;
  /** The word of the button that agrees. */
  word: string;
  answer(agreed: boolean): void;
}

let asked: Question | null = null;
const listeners = new Set<() => void>();

function set(next: Question | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Asks before something is done; one question at a time, another one answers the first with no. */
export function confirmed(text: string, word: string): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    set({
      text,
      word,
      answer(agreed) {
        set(null);
        resolve(agreed);
      },
    });
  });
}

export function useQuestion(): Question | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
}
