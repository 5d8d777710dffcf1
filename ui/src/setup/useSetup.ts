import { useCallback, useEffect, useState } from "react";
import { wordsOf } from "../page/act";
import { restartDeck, type SetupState, setupState } from "./wire";

const LOOK_MS = 500;
const LEAVE_MS = 1500;

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
      () => setTimeout(() => void openOnceThere(address), LEAVE_MS),
      (fault: unknown) => setSaid(wordsOf(fault)),
    );
  }, []);
  return [said, restart];
}

async function openOnceThere(address: string): Promise<void> {
  const answered = await fetch("/health").then(
    (answer) => answer.ok,
    () => false,
  );
  if (answered) location.assign(address);
  else setTimeout(() => void openOnceThere(address), LOOK_MS);
}
