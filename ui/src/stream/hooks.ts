import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { Payload } from "../wire";
import type { Connection, StreamClient } from "./client";
import type { View } from "./entry";

export const StreamContext = createContext<StreamClient | null>(null);

export function useStream(): StreamClient {
  const client = useContext(StreamContext);
  if (client === null) throw new Error("no stream client above this component");
  return client;
}

/** What is shown of a topic; an empty topic subscribes to nothing. */
export function useTopic(topic: string): View | null {
  const client = useStream();
  const subscribe = useCallback(
    (listener: () => void) => (topic ? client.subscribe(topic, listener) : () => {}),
    [client, topic],
  );
  return useSyncExternalStore(subscribe, () => (topic ? client.view(topic) : null));
}

export function usePayload<T extends Payload>(topic: string): T | null {
  return (useTopic(topic)?.payload ?? null) as T | null;
}

export function useConnection(): Connection {
  const client = useStream();
  const subscribe = useCallback((f: () => void) => client.onConnection(f), [client]);
  return useSyncExternalStore(subscribe, () => client.connection);
}
