import { useEffect, useState } from "react";
import { UserLogin } from "../account/UserLogin";
import { type Session, session } from "../account/wire";
import { logIn } from "../api";
import { Logo } from "./Logo";

/** Asks for what opens this deck: name and password, or the token of its link. */
export function Login({ done }: { done(): void }) {
  const [known, setKnown] = useState<Session | null>(null);
  useEffect(() => {
    session().then(setKnown, () => setKnown({ logged_in: false }));
  }, []);
  if (known === null) return null;
  if (known.mode === "users") return <UserLogin isNew={known.is_new ?? false} done={done} />;
  return <LinkLogin done={done} />;
}

function LinkLogin({ done }: { done(): void }) {
  const [token, setToken] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    try {
      await logIn(tokenIn(token));
      done();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <form onSubmit={submit}>
        <div className="login__brand">
          <Logo size={30} />
          <span>quantdeck</span>
        </div>
        <h1>Log in to this deck</h1>
        <p>
          Open the link that <code>quantdeck up</code> printed in its terminal, or paste the link or
          its token here. It works once and stays on this machine.
        </p>
        <label htmlFor="token">Link or token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          aria-describedby={fault ? "token-fault" : undefined}
          aria-invalid={fault !== ""}
        />
        {fault !== "" && (
          <p id="token-fault" role="alert" className="login__fault">
            {fault}
          </p>
        )}
        <button
          type="submit"
          className="button button--primary"
          disabled={busy || token.trim() === ""}
        >
          Open the deck
        </button>
      </form>
    </main>
  );
}

/** The token in what was pasted: the whole link or the token alone. */
export function tokenIn(text: string): string {
  const match = /[?&]token=([^&\s]+)/.exec(text);
  return decodeURIComponent(match?.[1] ?? text.trim());
}
