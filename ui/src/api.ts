import type { Instrument, Page } from "./wire";

/** A line of a file that was refused. */
export interface LineFault {
  line: number;
  column?: string;
  value?: string;
  reason: string;
}

interface ErrorBody {
  code?: string;
  message?: string;
  request_id?: string;
  fields?: Record<string, string>;
  lines?: LineFault[];
  reasons?: Record<string, number>;
}

/** An answer that was not what was asked for, in words for a person. */
export class ApiError extends Error {
  /** What is wrong with each field of a form, where that is known. */
  fields: Record<string, string> = {};
  /** The first lines of a file that were refused. */
  lines: LineFault[] = [];
  /** All of these lines, by what is wrong with them. */
  reasons: Record<string, number> = {};

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
  ) {
    super(message);
  }
}

const UNREACHABLE = "The deck does not answer. Is it still running?";

function refusal(status: number, path: string, body: unknown): ApiError {
  const error = (body as { error?: ErrorBody } | null)?.error ?? {};
  const fault = new ApiError(
    status,
    error.code ?? `http-${status}`,
    error.message ?? `The deck answered ${status} to ${path}.`,
    error.request_id ?? "",
  );
  fault.fields = error.fields ?? {};
  fault.lines = error.lines ?? [];
  fault.reasons = error.reasons ?? {};
  return fault;
}

async function call<T>(path: string, options: RequestInit = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new ApiError(0, "unreachable", UNREACHABLE, "");
  }
  if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T;
  throw refusal(answer.status, path, await answer.json().catch(() => null));
}

/** Sends JSON, or nothing, and returns the answer. */
export function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  if (body === undefined) return call<T>(path, { method });
  const headers = { "Content-Type": "application/json" };
  return call<T>(path, { method, headers, body: JSON.stringify(body) });
}

export function ask<T>(path: string): Promise<T> {
  return call<T>(path);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Sends a file as it is; `told` hears which share of it is on its way. */
export function upload<T>(
  method: string,
  path: string,
  file: Blob,
  type: string,
  told: (share: number) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("Content-Type", type);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) told(event.loaded / event.total);
    };
    request.onerror = () => reject(new ApiError(0, "unreachable", UNREACHABLE, ""));
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(refusal(request.status, path, body));
    };
    request.send(file);
  });
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
  return send("POST", "/api/v1/capture/start", symbols === undefined ? {} : { symbols });
}

export function stopCapture(): Promise<unknown> {
  return send("POST", "/api/v1/capture/stop", {});
}

export function logIn(token: string): Promise<unknown> {
  return send("POST", "/api/v1/session", { token });
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
