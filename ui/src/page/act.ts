import { inDeck } from "../address";
import { ApiError, send } from "../api";
import { go } from "../route";
import type { Action } from "../wire";
import { bodyOf, type Known, pathOf, saidOf } from "./template";

/** Goes to an address of the deck; one under `/api/` is downloaded, one elsewhere not followed. */
export function visit(address: string): void {
  const target = inDeck(address);
  if (target === null) throw new ApiError(0, "foreign", `${address} is not of this deck.`, "");
  if (!target.startsWith("/api/")) {
    go(target);
    return;
  }
  const link = document.createElement("a");
  link.href = target;
  link.download = "";
  link.click();
}

/** Does what an action says and returns what is to be told; `beside` is sent beside its body. */
export async function perform(
  action: Action,
  known: Known,
  beside: Record<string, unknown> = {},
): Promise<string> {
  const path = pathOf(action.path, known);
  if (action.method === "GET") {
    visit(path);
    return action.done ?? "";
  }
  const target = inDeck(path);
  if (target === null) throw new ApiError(0, "foreign", `${path} is not of this deck.`, "");
  const body = { ...bodyOf(action.body ?? {}, known), ...beside };
  const empty = action.method === "DELETE" && Object.keys(body).length === 0;
  return saidOf(action, await send(action.method, target, empty ? undefined : body));
}

/** The question of a deck that wants to be asked again before it does so; "" where a fault is none. */
export function asksBack(fault: unknown): string {
  return fault instanceof ApiError && fault.code === "unconfirmed" ? fault.message : "";
}

/** The words of a fault for a person. */
export function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
