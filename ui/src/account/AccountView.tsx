import { useCallback, useEffect, useState } from "react";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { followInPlace } from "../route";
import { confirmed } from "../shell/confirm";
import { GrantTable } from "./GrantTable";
import { PasswordForm } from "./PasswordForm";
import { TokenForm } from "./TokenForm";
import { type Account, account, endOwn, type Grant, logOut } from "./wire";

/** The view of one's own account: password, sessions, API tokens. */
export default function AccountView() {
  const [state, setState] = useState<Account | string | null>(null);
  const load = useCallback(() => {
    account().then(setState, (fault: unknown) => setState(wordsOf(fault)));
  }, []);
  useEffect(() => {
    document.title = "Account · quantdeck";
    load();
  }, [load]);
  const end = async (grant: Grant) => {
    if (grant.is_this) return leave();
    if (!(await confirmed(`End this ${grant.kind}? What uses it is logged out.`, "End"))) return;
    await endOwn(grant.id).then(
      ({ message }) => tell("account", "info", message),
      (fault: unknown) => tell("account", "fault", wordsOf(fault)),
    );
    load();
  };
  if (state === null) return <p role="status">Opening the account</p>;
  if (typeof state === "string") return <p role="status">{state}</p>;
  return (
    <div className="settings">
      <div className="page__head">
        <div className="page__title">
          <h1>Account</h1>
          <p>
            {state.name}, {state.role}. May: {state.scopes.join(", ")}.
          </p>
        </div>
        <div className="account__ways">
          {state.role === "admin" && (
            <a className="button" href="/users" onClick={followInPlace}>
              Users
            </a>
          )}
          <button type="button" className="button" onClick={leave}>
            Log out
          </button>
        </div>
      </div>
      <section className="settings__part" aria-labelledby="account-sessions">
        <h2 id="account-sessions">Sessions and tokens</h2>
        <GrantTable grants={state.grants} label="Where you are logged in" end={end} />
      </section>
      <section className="settings__part" aria-labelledby="account-token">
        <h2 id="account-token">New API token</h2>
        <TokenForm role={state.role} made={load} />
      </section>
      <section className="settings__part" aria-labelledby="account-password">
        <h2 id="account-password">Change password</h2>
        <PasswordForm changed={load} />
      </section>
    </div>
  );
}

// Loaded anew, so that nothing of the deck stays on the screen.
async function leave(): Promise<void> {
  await logOut().catch((fault: unknown) => tell("account", "fault", wordsOf(fault)));
  location.assign("/");
}
