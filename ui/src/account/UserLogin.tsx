import { useState } from "react";
import { wordsOf } from "../page/act";
import { Logo } from "../shell/Logo";
import { logInAs, signUp } from "./wire";

interface Properties {
  /** Nobody has an account yet. */
  isNew: boolean;
  done(): void;
}

/** The code of an invitation that was opened as a link; browsers send what follows # to nobody. */
export function invitedBy(path: string, hash: string): string {
  return path === "/signup" ? decodeURIComponent(hash.replace(/^#/, "")) : "";
}

/** Asks for name and password, or opens an account by a code. */
export function UserLogin({ isNew, done }: Properties) {
  const [signing, setSigning] = useState(isNew || location.pathname === "/signup");
  const [code, setCode] = useState(() => invitedBy(location.pathname, location.hash));
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    try {
      await (signing ? signUp(code, name, password) : logInAs(name, password));
      if (location.pathname === "/signup") history.replaceState(null, "", "/");
      done();
    } catch (error) {
      setFault(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  const where = isNew
    ? "Nobody has an account here yet. The first is an admin's; its code stands in the terminal of the deck."
    : "An admin of this deck gives you the code.";
  return (
    <main className="login">
      <form onSubmit={submit}>
        <div className="login__brand">
          <Logo size={30} />
          <span>quantdeck</span>
        </div>
        <h1>{signing ? "Open an account" : "Log in to this deck"}</h1>
        {signing && <p>{where}</p>}
        {signing && <Line id="code" title="Code" value={code} set={setCode} auto="one-time-code" />}
        <Line id="name" title="Name" value={name} set={setName} auto="username" />
        <Line
          id="password"
          title={signing ? "Password, 10 characters or more" : "Password"}
          value={password}
          set={setPassword}
          auto={signing ? "new-password" : "current-password"}
          secret
        />
        {fault !== "" && (
          <p role="alert" className="login__fault">
            {fault}
          </p>
        )}
        <button
          type="submit"
          className="button button--primary"
          disabled={busy || name.trim() === "" || password === "" || (signing && code === "")}
        >
          {signing ? "Open the account" : "Log in"}
        </button>
        {!isNew && (
          <button type="button" className="link login__other" onClick={() => setSigning(!signing)}>
            {signing ? "I have an account" : "I have a code"}
          </button>
        )}
      </form>
    </main>
  );
}

interface LineProperties {
  id: string;
  title: string;
  value: string;
  auto: string;
  secret?: boolean;
  set(value: string): void;
}

function Line({ id, title, value, auto, secret = false, set }: LineProperties) {
  return (
    <>
      <label htmlFor={id}>{title}</label>
      <input
        id={id}
        type={secret ? "password" : "text"}
        autoComplete={auto}
        spellCheck={false}
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
      />
    </>
  );
}
