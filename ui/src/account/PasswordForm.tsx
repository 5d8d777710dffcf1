import { useState } from "react";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { changePassword } from "./wire";

/** The present password and the next one. */
export function PasswordForm({ changed }: { changed(): void }) {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [fault, setFault] = useState("");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setFault("");
    try {
      const { message } = await changePassword(old, next);
      setOld("");
      setNext("");
      tell("account", "good", message);
      changed();
    } catch (error) {
      setFault(wordsOf(error));
    }
  };
  return (
    <form className="account__form" onSubmit={submit}>
      <p className="settings__about">
        Ten characters or more; a few words do well. Every other session and every token ends.
      </p>
      <div className="field">
        <label htmlFor="password-old">Present password</label>
        <input
          id="password-old"
          className="input"
          type="password"
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="password-new">New password</label>
        <input
          id="password-new"
          className="input"
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
      </div>
      {fault !== "" && (
        <p role="alert" className="field__fault">
          {fault}
        </p>
      )}
      <button type="submit" className="button button--primary" disabled={old === "" || next === ""}>
        Change the password
      </button>
    </form>
  );
}
