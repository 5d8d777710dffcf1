import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

/** The address within the deck: path and query. */
export function useAddress(): string {
  return useSyncExternalStore(subscribe, () => location.pathname + location.search);
}

export function go(address: string, replace = false): void {
  if (address === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  tell();
}

/** Id of the page an address names, without slashes. */
export function pageIdOf(address: string): string {
  return (address.split("?")[0] ?? "").replace(/^\/+|\/+$/g, "");
}

/** Parameters of an address. */
export function queryIn(address: string): Record<string, string> {
  const at = address.indexOf("?");
  return Object.fromEntries(new URLSearchParams(at < 0 ? "" : address.slice(at + 1)));
}

/** Lets a link work in place on a plain click, and as a link otherwise. */
export function followInPlace(event: React.MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const target = event.currentTarget;
  go(target.pathname + target.search);
}
