import { hasSession } from "../api";
import type { Machine, Socket } from "./client";

/** The browser's side of the stream client. */
export const browser: Machine = {
  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    return new WebSocket(`${scheme}://${location.host}/api/v1/stream`) as unknown as Socket;
  },
  now: () => Date.now(),
  frame: (draw) => void requestAnimationFrame(draw),
  hasSession,
  random: Math.random,
};
