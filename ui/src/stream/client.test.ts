import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientMessage, ServerMessage } from "../wire";
import { type Machine, type Socket, StreamClient } from "./client";

class FakeSocket implements Socket {
  sent: ClientMessage[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

let sockets: FakeSocket[];
let frames: (() => void)[];
let session: boolean;
let client: StreamClient;

const last = () => sockets[sockets.length - 1] as FakeSocket;
const draw = () => frames.splice(0).forEach((frame) => void frame());
const state = { word: "live" } as const;
const snap = (topic: string, seq: number, text: string): ServerMessage => ({
  t: "snap",
  topic,
  seq,
  ts: 0,
  data: { state, text },
});
const change = (topic: string, seq: number, text: string): ServerMessage => ({
  t: "d",
  topic,
  seq,
  ts: 0,
  data: { state, text },
});
const textOf = (topic: string) => (client.view(topic)?.payload as { text: string } | null)?.text;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  frames = [];
  session = true;
  const machine: Machine = {
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    now: () => Date.now(),
    frame: (callback) => void frames.push(callback),
    hasSession: () => Promise.resolve(session),
    random: () => 0.5,
  };
  client = new StreamClient(machine);
  client.start();
});

afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

describe("subscriptions", () => {
  it("asks once for a topic with two readers, and lets go after the last", () => {
    last().onopen?.();
    const leave = [client.subscribe("a?x=1", () => {}), client.subscribe("a?x=1", () => {})];
    expect(last().sent).toEqual([{ op: "sub", topic: "a?x=1", hz: 10 }]);
    for (const one of leave) one();
    vi.advanceTimersByTime(1000);
    expect(last().sent[1]).toEqual({ op: "unsub", topic: "a?x=1" });
  });

  it("knows a topic again in another spelling", () => {
    last().onopen?.();
    client.subscribe("a?y=B:X&x=1", () => {});
    last().say(snap("a?x=1&y=B%3AX", 1, "one"));
    draw();
    expect(textOf("a?y=B:X&x=1")).toBe("one");
  });

  it("tells readers once per drawn frame, with the newest state", () => {
    last().onopen?.();
    const reader = vi.fn();
    client.subscribe("a", reader);
    last().say(snap("a", 1, "one"));
    last().say(change("a", 2, "two"));
    last().say(change("a", 3, "three"));
    expect(reader).not.toHaveBeenCalled();
    draw();
    expect(reader).toHaveBeenCalledTimes(1);
    expect(textOf("a")).toBe("three");
  });

  it("subscribes again after a gap and takes no change until the snapshot", () => {
    last().onopen?.();
    client.subscribe("a", () => {});
    last().say(snap("a", 1, "one"));
    last().say(change("a", 3, "three"));
    expect(last().sent.slice(1)).toEqual([
      { op: "unsub", topic: "a" },
      { op: "sub", topic: "a", hz: 10 },
    ]);
    last().say(change("a", 4, "four"));
    draw();
    expect(textOf("a")).toBe("one");
    last().say(snap("a", 5, "five"));
    draw();
    expect(textOf("a")).toBe("five");
  });

  it("keeps the figures of a topic that fails and asks again later", () => {
    last().onopen?.();
    client.subscribe("a", () => {});
    last().say(snap("a", 1, "one"));
    last().say({ t: "err", topic: "a", code: "internal", message: "broken" });
    draw();
    expect(client.view("a")?.error?.message).toBe("broken");
    expect(textOf("a")).toBe("one");
    vi.advanceTimersByTime(5000);
    expect(last().sent.at(-1)).toEqual({ op: "sub", topic: "a", hz: 10 });
  });

  it("does not repeat a question that is wrong", () => {
    last().onopen?.();
    client.subscribe("a", () => {});
    last().say({ t: "err", topic: "a", code: "bad-input", message: "no" });
    vi.advanceTimersByTime(30_000);
    expect(last().sent.filter((message) => message.op === "sub")).toHaveLength(1);
  });
});

describe("the line", () => {
  it("comes back with growing pauses and asks for every topic again", () => {
    last().onopen?.();
    client.subscribe("a", () => {});
    last().onclose?.({ code: 1012 });
    expect(client.connection).toMatchObject({ phase: "waiting", attempt: 1 });
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
    last().onopen?.();
    expect(last().sent).toEqual([{ op: "sub", topic: "a", hz: 10 }]);
    expect(client.connection.attempt).toBe(0);
  });

  it("asks for a login where a refused handshake means that", async () => {
    session = false;
    last().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(0);
    expect(client.connection.phase).toBe("logged-out");
  });

  it("asks for a login when the session has ended", () => {
    last().onopen?.();
    last().onclose?.({ code: 4401 });
    expect(client.connection.phase).toBe("logged-out");
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
  });

  it("is given up when nothing has been heard for long", () => {
    last().onopen?.();
    vi.advanceTimersByTime(50_000);
    expect(sockets[0]?.closed).toBe(true);
  });

  it("is tried at once when asked", () => {
    last().onopen?.();
    last().onclose?.({ code: 1006 });
    client.retryNow();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(10_000);
    expect(sockets).toHaveLength(2);
  });

  it("asks for less while the tab is hidden, and draws when it is shown", () => {
    last().onopen?.();
    const reader = vi.fn();
    client.subscribe("a", reader);
    client.setHidden(true);
    last().say(snap("a", 1, "one"));
    expect(frames).toHaveLength(0);
    client.setHidden(false);
    draw();
    expect(reader).toHaveBeenCalledTimes(1);
    const rates = last().sent.flatMap((message) => (message.op === "hz" ? [message.hz] : []));
    expect(rates).toEqual([1, 10]);
  });

  it("is opened anew when a shown tab gets no answer", () => {
    last().onopen?.();
    client.setHidden(true);
    vi.advanceTimersByTime(10);
    client.setHidden(false);
    vi.advanceTimersByTime(4000);
    expect(sockets[0]?.closed).toBe(true);
  });
});
