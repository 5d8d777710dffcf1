import { notifications } from "@mantine/notifications";
import { useSyncExternalStore } from "react";

export type Tone = "info" | "good" | "warn" | "fault";

/** Something that happened; the same key again counts up instead of adding another. */
export interface Notice {
  key: string;
  tone: Tone;
  text: string;
  at: number;
  times: number;
  read: boolean;
}

const MOST = 50;
let list: Notice[] = [];
const listeners = new Set<() => void>();

function set(next: Notice[]): void {
  list = next;
  for (const listener of listeners) listener();
}

/** Adds one notice to a list: newest first, one per key, at most fifty. */
export function withNotice(old: Notice[], key: string, tone: Tone, text: string, at: number) {
  const before = old.find((notice) => notice.key === key);
  const notice: Notice = { key, tone, text, at, times: (before?.times ?? 0) + 1, read: false };
  return [notice, ...old.filter((other) => other.key !== key)].slice(0, MOST);
}

/** Shows a toast; one of the same key takes its place. */
export function toast(key: string, tone: Tone, text: string): void {
  const shown = {
    id: key,
    message: text,
    className: `toast toast--${tone}`,
    autoClose: tone === "fault" ? 12_000 : 5_000,
    withBorder: true,
    closeButtonProps: { "aria-label": "Dismiss" },
  };
  if (notifications.show(shown) === key) notifications.update(shown);
}

/** Shows a toast once per key and keeps it in the history. */
export function tell(key: string, tone: Tone, text: string): void {
  set(withNotice(list, key, tone, text, Date.now()));
  toast(key, tone, text);
}

export function markRead(): void {
  if (list.some((notice) => !notice.read)) set(list.map((notice) => ({ ...notice, read: true })));
}

export function clearNotices(): void {
  set([]);
  notifications.clean();
}

export function useNotices(): Notice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => list,
  );
}
