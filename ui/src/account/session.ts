import { useSyncExternalStore } from "react";
import { type Scope, type Session, session } from "./wire";

const listeners = new Set<() => void>();
let known: Session | null = null;

/** Asks whether this browser is logged in, and as whom. */
export async function askSession(): Promise<Session> {
  known = await session();
  for (const listener of listeners) listener();
  return known;
}

export function useSession(): Session | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => known,
  );
}

/** Whether somebody may do a thing; a deck without accounts is its user's. */
export function may(who: Session | null, scope: Scope): boolean {
  return who?.mode !== "users" || (who.scopes ?? []).includes(scope);
}

/** Whether whoever is logged in may do a thing: what they may not do is not offered. */
export function useMay(scope: Scope): boolean {
  return may(useSession(), scope);
}
