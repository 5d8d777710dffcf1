import { useState } from "react";
import { wordsOf } from "../page/act";
import { Once } from "./Once";
import { makeToken, type Role, type TokenScope } from "./wire";

const SCOPES: [TokenScope, string][] = [
  ["read", "Read: everything that the views show"],
  ["write", "Write: capture, alerts, jobs, watchlist, uploads"],
  ["trade", "Trade: place, change and cancel orders"],
];
const DAYS: [string, string][] = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
  ["", "Until it is ended"],
];

/** Makes an API token and shows its secret once. */
export function TokenForm({ role, made }: { role: Role; made(): void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<TokenScope[]>(["read"]);
  const [days, setDays] = useState("90");
  const [secret, setSecret] = useState("");
  const [fault, setFault] = useState("");
  const offered = SCOPES.filter(([scope]) => scope === "read" || role !== "viewer");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setFault("");
    try {
      const answer = await makeToken(name.trim(), scopes, days === "" ? null : Number(days));
      setSecret(answer.secret);
      setName("");
      made();
    } catch (error) {
      setFault(wordsOf(error));
    }
  };
  const toggle = (scope: TokenScope) =>
    setScopes((old) =>
      old.includes(scope) ? old.filter((one) => one !== scope) : [...old, scope],
    );
  return (
    <form className="account__form" onSubmit={submit}>
      <p className="settings__about">
        Programs send it as <code>Authorization: Bearer qd_…</code>. It never does more than your
        role may.
      </p>
      <div className="field">
        <label htmlFor="token-name">Name</label>
        <input
          id="token-name"
          className="input"
          autoComplete="off"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <fieldset className="account__scopes">
        <legend>May</legend>
        {offered.map(([scope, words]) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={() => toggle(scope)}
            />
            {words}
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor="token-days">Lasts</label>
        <select
          id="token-days"
          className="input"
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        >
          {DAYS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </div>
      {fault !== "" && (
        <p role="alert" className="field__fault">
          {fault}
        </p>
      )}
      <button
        type="submit"
        className="button button--primary"
        disabled={name.trim() === "" || scopes.length === 0}
      >
        Make the token
      </button>
      {secret !== "" && (
        <Once title="The token, shown this once" text={secret} done={() => setSecret("")} />
      )}
    </form>
  );
}
