import type { ClientMessage, ServerMessage } from "../wire";
import { apply } from "./apply";
import { Entry, keyOf, type View } from "./entry";

/** The part of a WebSocket the client uses, so that tests can stand in for one. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface Machine {
  connect(): Socket;
  now(): number;
  /** Calls back before the next drawing of the screen. */
  frame(draw: () => void): void;
  /** Asks by HTTP whether the session is still good; false means log in again. */
  hasSession(): Promise<boolean>;
  random(): number;
}

export type Phase = "connecting" | "open" | "waiting" | "logged-out" | "refused";

export interface Connection {
  phase: Phase;
  /** When the next attempt is made. [ms, this machine's clock] */
  retryAt: number;
  attempt: number;
  version: string;
}

export const FULL_RATE = 10;
const HIDDEN_RATE = 1;
const DELAYS = [500, 1000, 2000, 4000, 8000, 15000];
const SILENCE = 40_000;
const ANSWER = 4_000;
const GRACE = 400;
const RETRY_TOPIC = 5_000;

/**
 * The page's one WebSocket: keeps every subscribed topic current and tells its readers once per
 * drawn frame. State is applied as it arrives, so a hidden tab piles nothing up.
 */
export class StreamClient {
  connection: Connection = { phase: "connecting", retryAt: 0, attempt: 0, version: "" };
  private readonly entries = new Map<string, Entry>();
  private readonly watchers = new Set<() => void>();
  private socket: Socket | null = null;
  private reconnect: ReturnType<typeof setTimeout> | null = null;
  private guard: ReturnType<typeof setInterval> | null = null;
  private heardAt = 0;
  private framed = false;
  private hidden = false;
  private pings = 0;

  constructor(private readonly machine: Machine) {}

  /** Opens the line; asking again changes nothing. */
  start(): void {
    if (this.guard !== null) return;
    this.guard = setInterval(() => this.watch(), 5_000);
    if (this.socket === null) this.open();
  }

  stop(): void {
    if (this.guard !== null) clearInterval(this.guard);
    this.guard = null;
    if (this.reconnect !== null) clearTimeout(this.reconnect);
    this.drop();
  }

  /** Tries now instead of waiting for the countdown. */
  retryNow(): void {
    if (this.connection.phase === "open") return;
    if (this.reconnect !== null) clearTimeout(this.reconnect);
    this.drop();
    this.open();
  }

  subscribe(topic: string, listener: () => void, hz = FULL_RATE): () => void {
    const entry = this.entryOf(topic, hz);
    entry.listeners.add(listener);
    entry.refs += 1;
    if (entry.release !== null) clearTimeout(entry.release);
    entry.release = null;
    return () => {
      entry.listeners.delete(listener);
      entry.refs -= 1;
      if (entry.refs === 0) entry.release = setTimeout(() => this.forget(entry), GRACE);
    };
  }

  view(topic: string): View | null {
    return this.entries.get(keyOf(topic))?.shown ?? null;
  }

  onConnection(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** A hidden tab asks for one state a second; a shown one checks that the line still stands. */
  setHidden(hidden: boolean): void {
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    if (this.connection.phase !== "open") {
      if (!hidden && this.connection.phase === "waiting") this.retryNow();
      return;
    }
    this.send({ op: "hz", hz: hidden ? HIDDEN_RATE : FULL_RATE });
    if (hidden) return;
    this.requestFrame();
    this.pings += 1;
    const askedAt = this.machine.now();
    this.send({ op: "ping", id: this.pings });
    const socket = this.socket;
    setTimeout(() => {
      if (this.socket === socket && this.heardAt < askedAt) this.lost(1006);
    }, ANSWER);
  }

  /** Asks for a topic anew, for the "try again" of a panel. */
  refresh(topic: string): void {
    const entry = this.entries.get(keyOf(topic));
    if (entry) this.resubscribe(entry);
  }

  private entryOf(topic: string, hz: number): Entry {
    const key = keyOf(topic);
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = new Entry(topic, hz);
      this.entries.set(key, entry);
      if (this.connection.phase === "open") this.ask(entry);
    }
    return entry;
  }

  private forget(entry: Entry): void {
    if (entry.refs > 0) return;
    if (entry.retry !== null) clearTimeout(entry.retry);
    this.entries.delete(keyOf(entry.topic));
    if (this.connection.phase === "open") this.send({ op: "unsub", topic: entry.topic });
  }

  private ask(entry: Entry): void {
    entry.awaiting = true;
    this.send({ op: "sub", topic: entry.topic, hz: this.hidden ? HIDDEN_RATE : entry.hz });
  }

  private resubscribe(entry: Entry): void {
    if (this.connection.phase !== "open") return;
    this.send({ op: "unsub", topic: entry.topic });
    this.ask(entry);
  }

  private open(): void {
    this.set({ phase: "connecting" });
    const socket = this.machine.connect();
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.heardAt = this.machine.now();
      this.set({ phase: "open", attempt: 0 });
      for (const entry of this.entries.values()) this.ask(entry);
    };
    socket.onmessage = (event) => {
      this.heardAt = this.machine.now();
      this.receive(JSON.parse(event.data) as ServerMessage);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code, opened);
    };
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private lost(code: number, opened = true): void {
    this.drop();
    if (code === 4401) this.set({ phase: "logged-out" });
    else if (code === 4403) this.set({ phase: "refused" });
    else if (opened) this.wait();
    else this.askForSession();
  }

  // A refused handshake does not say why: HTTP does.
  private askForSession(): void {
    void this.machine
      .hasSession()
      .catch(() => true)
      .then((good) => {
        if (this.socket !== null) return;
        if (good) this.wait();
        else this.set({ phase: "logged-out" });
      });
  }

  private wait(): void {
    const attempt = this.connection.attempt;
    const longest = DELAYS[Math.min(attempt, DELAYS.length - 1)] as number;
    const delay = longest * (0.8 + 0.4 * this.machine.random());
    this.set({ phase: "waiting", attempt: attempt + 1, retryAt: this.machine.now() + delay });
    this.reconnect = setTimeout(() => this.open(), delay);
  }

  private watch(): void {
    if (this.connection.phase !== "open") return;
    if (this.machine.now() - this.heardAt > SILENCE) this.lost(1006);
  }

  private receive(message: ServerMessage): void {
    if (message.t === "hello") this.set({ version: message.version });
    if (message.t === "hello" || message.t === "pong" || message.t === "beat") return;
    if (message.topic === undefined) return;
    const entry = this.entries.get(keyOf(message.topic));
    if (entry === undefined) return;
    if (message.t === "err") {
      entry.latest = { ...entry.latest, error: { code: message.code, message: message.message } };
      this.retryLater(entry, message.code);
    } else if (message.t === "snap") {
      this.take(entry, message.seq, message.ts, message.data);
    } else if (entry.awaiting) {
      return;
    } else if (message.seq !== entry.seq + 1 || entry.latest.payload === null) {
      this.resubscribe(entry);
      return;
    } else {
      this.take(entry, message.seq, message.ts, apply(entry.latest.payload, message.data));
    }
    entry.dirty = true;
    this.requestFrame();
  }

  private take(entry: Entry, seq: number, ts: number, payload: NonNullable<View["payload"]>) {
    entry.awaiting = false;
    entry.seq = seq;
    entry.latest = { payload, error: null, ts, receivedAt: this.machine.now() };
  }

  // A topic without data yet may have some soon; a wrong question stays wrong.
  private retryLater(entry: Entry, code: string): void {
    if (code === "bad-input" || entry.retry !== null) return;
    entry.retry = setTimeout(() => {
      entry.retry = null;
      if (entry.refs > 0) this.resubscribe(entry);
    }, RETRY_TOPIC);
  }

  private requestFrame(): void {
    if (this.framed || this.hidden) return;
    this.framed = true;
    this.machine.frame(() => this.flush());
  }

  private flush(): void {
    this.framed = false;
    for (const entry of this.entries.values()) {
      if (!entry.dirty) continue;
      entry.dirty = false;
      entry.shown = entry.latest;
      for (const listener of entry.listeners) listener();
    }
  }

  private send(message: ClientMessage): void {
    if (this.connection.phase === "open") this.socket?.send(JSON.stringify(message));
  }

  private set(change: Partial<Connection>): void {
    this.connection = { ...this.connection, ...change };
    for (const watcher of this.watchers) watcher();
  }
}
