import { useCallback, useEffect, useState } from "react";
import { wordsOf } from "../page/act";
import { restartDeck, type SetupState, setupState } from "./wire";

const LOOK_MS = 500;
const LEAVE_MS = 1500;
const PATIENCE_MS = 90_000;
const LOST = "The deck has not come back. Its terminal, or its log, says why.";

/** How the deck is set up, or why that cannot be had; and what takes up a newer answer. */
export function useSetup(): [SetupState | string | null, (state: SetupState) => void] {
  const [state, setState] = useState<SetupState | string | null>(null);
  useEffect(() => {
    let left = false;
    setupState().then(
      ({ setup }) => !left && setState(setup),
      (fault: unknown) => !left && setState(wordsOf(fault)),
    );
    return () => {
      left = true;
    };
  }, []);
  return [state, setState];
}

/** Starts the deck again and opens it once it answers; what is said meanwhile, and what starts it. */
export function useRestart(): [string, (mode: "demo" | "live", address: string) => void] {
  const [said, setSaid] = useState("");
  const restart = useCallback((mode: "demo" | "live", address: string) => {
    setSaid("The deck starts again. This takes some seconds.");
    restartDeck(mode).then(
      () => {
        const until = Date.now() + PATIENCE_MS;
        setTimeout(() => void openOnceThere(address, until, () => setSaid(LOST)), LEAVE_MS);
      },
      (fault: unknown) => setSaid(wordsOf(fault)),
    );
  }, []);
  return [said, restart];
}

async function openOnceThere(address: string, until: number, lost: () => void): Promise<void> {
  const answered = await fetch("/health").then(
    (answer) => answer.ok,
    () => false,
  );
  if (answered) location.assign(address);
  else if (Date.now() > until) lost();
  else setTimeout(() => void openOnceThere(address, until, lost), LOOK_MS);
}
