import { useSyncExternalStore } from "react";
import { ask, send } from "../api";
import { tell } from "../notices";
import type { Placed } from "./arrangement";

type Layouts = Record<string, Placed[]>;

interface Editing {
  page: string;
  places: Placed[];
}

let saved: Layouts = {};
let editing: Editing | null = null;
const listeners = new Set<() => void>();

function set(next: { saved?: Layouts; editing?: Editing | null }): void {
  if (next.saved !== undefined) saved = next.saved;
  if (next.editing !== undefined) editing = next.editing;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const AS_DELIVERED: Placed[] = [];

/** How somebody arranged a page; empty where nobody did. */
export function layoutOf(page: string): Placed[] {
  return saved[page] ?? AS_DELIVERED;
}

export function useLayout(page: string): Placed[] {
  return useSyncExternalStore(subscribe, () => layoutOf(page));
}

/** The places being arranged on a page; null while nobody does. */
export function useEditing(page: string): Placed[] | null {
  return useSyncExternalStore(subscribe, () => (editing?.page === page ? editing.places : null));
}

/** Asks the deck for what was arranged; without an answer, views are as delivered. */
export async function loadLayouts(): Promise<void> {
  const { layouts } = await ask<{ layouts?: Layouts }>("/api/v1/layouts").catch(() => ({
    layouts: saved,
  }));
  set({ saved: layouts ?? {} });
}

export function edit(page: string, places: Placed[]): void {
  set({ editing: { page, places } });
}

export function stopEditing(): void {
  if (editing !== null) set({ editing: null });
}

function failed(fault: unknown): void {
  tell("layout", "fault", fault instanceof Error ? fault.message : String(fault));
}

/** Keeps what is being arranged. */
export async function saveLayout(page: string, places: Placed[]): Promise<void> {
  try {
    await send("PUT", `/api/v1/layouts/${encodeURIComponent(page)}`, { panels: places });
    set({ saved: { ...saved, [page]: places }, editing: null });
    tell("layout", "good", "The arrangement is saved.");
  } catch (fault) {
    failed(fault);
  }
}

/** Goes back to the page as the deck delivers it. */
export async function resetLayout(page: string): Promise<void> {
  try {
    await send("DELETE", `/api/v1/layouts/${encodeURIComponent(page)}`);
    const { [page]: _, ...others } = saved;
    set({ saved: others, editing: null });
    tell("layout", "good", "The view is as delivered again.");
  } catch (fault) {
    failed(fault);
  }
}
