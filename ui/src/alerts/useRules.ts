import { useCallback, useEffect, useState } from "react";
import { ask } from "../api";
import { wordsOf } from "../page/act";
import type { Catalogue } from "./rule";

export interface Channel {
  name: string;
  kind?: string;
  state?: string;
}

export interface SavedRule {
  id: string;
  name: string;
  text: string;
  channels: string[];
}

export interface Known {
  catalogue: Catalogue;
  channels: Channel[];
}

/** The figures and channels there are, a sentence where they cannot be had; and how to ask again. */
export function useKnown(): [Known | string | null, () => void] {
  const [known, setKnown] = useState<Known | string | null>(null);
  const load = useCallback(() => {
    Promise.all([
      ask<Catalogue>("/api/v1/alerts/metrics"),
      ask<{ channels: Channel[] }>("/api/v1/alerts/channels"),
    ]).then(
      ([catalogue, { channels }]) => setKnown({ catalogue, channels }),
      (fault: unknown) => setKnown(wordsOf(fault)),
    );
  }, []);
  useEffect(load, [load]);
  return [known, load];
}

/** The rule of an id, whenever that changes. */
export function useSaved(id: string, told: (rule: SavedRule | string) => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for another rule only
  useEffect(() => {
    if (id === "") return;
    let left = false;
    ask<{ rules: SavedRule[] }>("/api/v1/alerts/rules").then(
      ({ rules }) => {
        const rule = rules.find((one) => one.id === id);
        if (!left) told(rule ?? "This rule is there no longer.");
      },
      (fault: unknown) => !left && told(wordsOf(fault)),
    );
    return () => {
      left = true;
    };
  }, [id]);
}
