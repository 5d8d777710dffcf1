import { ask, send } from "../api";

export type Role = "viewer" | "trader" | "admin";
export const ROLES: readonly Role[] = ["viewer", "trader", "admin"];
export type TokenScope = "read" | "write" | "trade";
export type Scope = TokenScope | "admin";

/** How a person likes the page. */
export interface Look {
  theme: "dark" | "light" | "auto";
  palette: "safe" | "western" | "eastern";
  density: "comfortable" | "compact";
  zone: "UTC" | "exchange" | "local";
}

/** Whether this browser is logged in, and as whom; without a mode the deck is a local one. */
export interface Session {
  logged_in: boolean;
  mode?: "local" | "users";
  is_new?: boolean;
  name?: string;
  role?: Role;
  scopes?: string[];
  look?: Look | null;
  /** Nobody has set this deck up, and whoever asks may. */
  is_first?: boolean;
}

/** A session of a browser, or an API token. */
export interface Grant {
  id: string;
  kind: "session" | "token";
  name: string;
  address: string;
  scopes: string[];
  made_ms: number;
  seen_ms: number;
  ends_ms: number | null;
  is_this: boolean;
}

export interface Account {
  name: string;
  role: Role;
  scopes: string[];
  grants: Grant[];
}

export interface User {
  id: string;
  name: string;
  role: Role;
  is_on: boolean;
  made_ms: number;
  seen_ms: number | null;
  grants: Grant[];
}

export interface Invitation {
  id: string;
  role: Role;
  made_by: string;
  made_ms: number;
  ends_ms: number;
}

export interface AuditEntry {
  ts_ms: number;
  who: string;
  what: string;
  outcome: string;
  address: string;
}

interface Done {
  message: string;
}

export const session = () => ask<Session>("/api/v1/session");
export const logInAs = (name: string, password: string) =>
  send<Session>("POST", "/api/v1/login", { name, password });
export const signUp = (code: string, name: string, password: string) =>
  send<Session>("POST", "/api/v1/signup", { code, name, password });
export const logOut = () => send<Session>("DELETE", "/api/v1/session");

export const keepLook = (look: Look) => send<Done>("PUT", "/api/v1/look", look);

export const account = () => ask<Account>("/api/v1/account");
export const changePassword = (old: string, next: string) =>
  send<Done>("POST", "/api/v1/account/password", { old, new: next });
export const makeToken = (name: string, scopes: TokenScope[], days: number | null) =>
  send<{ token: Grant; secret: string }>("POST", "/api/v1/account/tokens", { name, scopes, days });
export const endOwn = (id: string) => send<Done>("DELETE", `/api/v1/account/grants/${id}`);

export const users = () => ask<{ users: User[]; invitations: Invitation[] }>("/api/v1/users");
export const changeUser = (id: string, change: { role?: Role; is_on?: boolean }) =>
  send<Done>("PATCH", `/api/v1/users/${id}`, change);
export const invite = (role: Role) =>
  send<{ path: string; code: string }>("POST", "/api/v1/users/invitations", { role });
export const withdraw = (id: string) => send<Done>("DELETE", `/api/v1/users/invitations/${id}`);
export const endOf = (id: string) => send<Done>("DELETE", `/api/v1/users/grants/${id}`);
export const audit = () => ask<{ entries: AuditEntry[] }>("/api/v1/audit?limit=100");
