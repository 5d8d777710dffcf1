import { useSyncExternalStore } from "react";
import { ask, send } from "../api";
import { tell } from "../notices";
import type { Placed } from "./arrangement";

type Layouts = Record<string, Placed[]>;
type Named = Record<string, Layouts>;

interface Editing {
  page: string;
  places: Placed[];
}

let saved: Layouts = {};
let named: Named = {};
let editing: Editing | null = null;
const listeners = new Set<() => void>();

function set(next: { saved?: Layouts; named?: Named; editing?: Editing | null }): void {
  if (next.saved !== undefined) saved = next.saved;
  if (next.named !== undefined) named = next.named;
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

const NONE: Layouts = {};

/** The arrangements of a page that are kept beside the one in use, by name. */
export function namedOf(page: string): Layouts {
  return named[page] ?? NONE;
}

export function useNamed(page: string): Layouts {
  return useSyncExternalStore(subscribe, () => namedOf(page));
}

/** The places being arranged on a page; null while nobody does. */
export function useEditing(page: string): Placed[] | null {
  return useSyncExternalStore(subscribe, () => (editing?.page === page ? editing.places : null));
}

/** Asks the deck for what was arranged; without an answer, views are as delivered. */
export async function loadLayouts(): Promise<void> {
  const found = await ask<{ layouts?: Layouts; named?: Named }>("/api/v1/layouts").catch(() => ({
    layouts: saved,
    named,
  }));
  set({ saved: found.layouts ?? {}, named: found.named ?? {} });
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

function pathOf(page: string, name = ""): string {
  const path = `/api/v1/layouts/${encodeURIComponent(page)}`;
  return name === "" ? path : `${path}?${new URLSearchParams({ name })}`;
}

/** Keeps what is being arranged, and under a name too where one is given. */
export async function saveLayout(page: string, places: Placed[], name = ""): Promise<void> {
  try {
    if (name !== "") {
      await send("PUT", pathOf(page, name), { panels: places });
      set({ named: { ...named, [page]: { ...namedOf(page), [name]: places } } });
    }
    await send("PUT", pathOf(page), { panels: places });
    set({ saved: { ...saved, [page]: places }, editing: null });
    const kept = name === "" ? "saved" : `kept as ${name}`;
    tell("layout", "good", `The arrangement is ${kept}.`);
  } catch (fault) {
    failed(fault);
  }
}

/** Puts an arrangement to use that is kept under a name. */
export async function applyNamed(page: string, name: string): Promise<void> {
  const places = namedOf(page)[name];
  if (places === undefined) return;
  try {
    await send("PUT", pathOf(page), { panels: places });
    set({ saved: { ...saved, [page]: places }, editing: null });
  } catch (fault) {
    failed(fault);
  }
}

/** Forgets an arrangement of that name; the view stays as it is. */
export async function forgetNamed(page: string, name: string): Promise<void> {
  try {
    await send("DELETE", pathOf(page, name));
    const { [name]: _, ...others } = namedOf(page);
    set({ named: { ...named, [page]: others } });
    tell("layout", "good", `The arrangement ${name} is gone.`);
  } catch (fault) {
    failed(fault);
  }
}

/** Goes back to the page as the deck delivers it. */
export async function resetLayout(page: string): Promise<void> {
  try {
    await send("DELETE", pathOf(page));
    const { [page]: _, ...others } = saved;
    set({ saved: others, editing: null });
    tell("layout", "good", "The view is as delivered again.");
  } catch (fault) {
    failed(fault);
  }
}
