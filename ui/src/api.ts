import type { Instrument, Page } from "./wire";

/** An answer that was not what was asked for, in words for a person. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
  ) {
    super(message);
  }
}

async function call<T>(path: string, options: RequestInit = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new ApiError(0, "unreachable", "The deck does not answer. Is it still running?", "");
  }
  if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T;
  const body = (await answer.json().catch(() => ({}))) as {
    error?: { code?: string; message?: string; request_id?: string };
  };
  const error = body.error ?? {};
  throw new ApiError(
    answer.status,
    error.code ?? `http-${answer.status}`,
    error.message ?? `The deck answered ${answer.status} to ${path}.`,
    error.request_id ?? "",
  );
}

function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return call<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Lists arrive bare or inside an object under their own name. */
function listOf<T>(answer: T[] | Record<string, T[]>, name: string): T[] {
  return Array.isArray(answer) ? answer : (answer[name] ?? []);
}

export async function pages(): Promise<Page[]> {
  return listOf(await call<Page[] | Record<string, Page[]>>("/api/v1/pages"), "pages");
}

export interface Found {
  instruments: Instrument[];
  /** Symbols with a name like the one asked for, where none has it. */
  near: string[];
}

export function instruments(search: string): Promise<Found> {
  return call<Found>(`/api/v1/instruments?search=${encodeURIComponent(search)}`);
}

/** Captures these symbols; without any, goes on with those captured last. */
export function startCapture(symbols?: string[]): Promise<unknown> {
  return post("/api/v1/capture/start", symbols === undefined ? {} : { symbols });
}

export function stopCapture(): Promise<unknown> {
  return post("/api/v1/capture/stop", {});
}

export function logIn(token: string): Promise<unknown> {
  return post("/api/v1/session", { token });
}

export function panelOnce<T>(path: string): Promise<T> {
  return call<T>(path);
}

/** False when the deck asks for a new login; a deck that does not answer is not that. */
export async function hasSession(): Promise<boolean> {
  try {
    await call("/api/v1/status");
    return true;
  } catch (error) {
    return !(error instanceof ApiError && error.status === 401);
  }
}
