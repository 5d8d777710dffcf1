import type { Payload } from "../wire";

/** What a panel reads: the payload as last drawn, and how it got here. */
export interface View {
  payload: Payload | null;
  error: { code: string; message: string } | null;
  /** Server's time of the last message. [ms UTC] */
  ts: number;
  /** This machine's time when it arrived. [ms] */
  receivedAt: number;
}

const NOTHING: View = { payload: null, error: null, ts: 0, receivedAt: 0 };

/** One subscription: the newest state, the state last shown, and who looks at it. */
export class Entry {
  refs = 0;
  seq = -1;
  latest: View = NOTHING;
  shown: View = NOTHING;
  dirty = false;
  /** True until the snapshot that follows a subscription has come. */
  awaiting = true;
  release: ReturnType<typeof setTimeout> | null = null;
  retry: ReturnType<typeof setTimeout> | null = null;
  readonly listeners = new Set<() => void>();

  constructor(
    readonly topic: string,
    public hz: number,
  ) {}
}

const keys = new Map<string, string>();

/** Returns one key for every spelling of a topic. */
export function keyOf(topic: string): string {
  let key = keys.get(topic);
  if (key === undefined) {
    const at = topic.indexOf("?");
    const params = new URLSearchParams(at < 0 ? "" : topic.slice(at + 1));
    params.sort();
    key = `${at < 0 ? topic : topic.slice(0, at)}?${params.toString()}`;
    keys.set(topic, key);
  }
  return key;
}
