import { ask, send } from "../api";

/** One key: whether it is there, never the key itself. */
export interface KeyState {
  name: string;
  title: string;
  is_set: boolean;
  source: string;
  ending: string;
}

export interface KeyCheck {
  what: string;
  verdict: string;
  found: string;
}

export interface Vendor {
  id: string;
  title: string;
  about: string;
  hint: string;
  keys: KeyState[];
  is_ready: boolean;
  switch: string;
  is_on: boolean;
  symbols: string;
  checks: KeyCheck[];
  checked_ms: number | null;
}

export interface SetupState {
  is_first: boolean;
  mode: "demo" | "live";
  vendors: Vendor[];
  has_keyring: boolean;
  key_file: string;
  config_file: string;
  is_exposed: boolean;
  needs_restart: boolean;
  can_restart: boolean;
}

export interface Setting {
  key: string;
  section: string;
  kind: "text" | "integer" | "number" | "toggle" | "choice" | "list" | "fixed";
  options: string[];
  minimum: number | null;
  maximum: number | null;
  may_be_empty: boolean;
  value: string;
  default: string;
  source: "default" | "file" | "environment" | "flag";
  help: string;
}

export type Place = "file" | "keyring";

interface SetupReply {
  setup: SetupState;
  message?: string;
}

interface SettingsReply {
  settings: Setting[];
  message?: string;
}

const ROOT = "/api/v1/setup";

export function setupState(): Promise<SetupReply> {
  return ask<SetupReply>(ROOT);
}

export function keepKeys(
  vendor: string,
  values: Record<string, string>,
  place: Place,
): Promise<SetupReply> {
  return send<SetupReply>("POST", `${ROOT}/keys/${vendor}`, { values, place });
}

export function forgetKeys(vendor: string): Promise<SetupReply> {
  return send<SetupReply>("POST", `${ROOT}/keys/${vendor}/forget`);
}

export function checkKeys(
  vendor: string,
  values: Record<string, string>,
): Promise<{ checks: KeyCheck[]; message: string }> {
  return send("POST", `${ROOT}/keys/${vendor}/check`, { values });
}

export function allSettings(): Promise<SettingsReply> {
  return ask<SettingsReply>(`${ROOT}/settings`);
}

export function changeSettings(values: Record<string, string>): Promise<SettingsReply> {
  return send<SettingsReply>("POST", `${ROOT}/settings`, { values });
}

export function finishSetup(): Promise<SetupReply> {
  return send<SetupReply>("POST", `${ROOT}/done`);
}

export function restartDeck(mode: "demo" | "live"): Promise<SetupReply> {
  return send<SetupReply>("POST", `${ROOT}/restart`, { mode });
}
