import { useState } from "react";
import { tell } from "../notices";
import { confirmed } from "../shell/confirm";
import type { Action } from "../wire";
import { asksBack, perform, wordsOf } from "./act";
import { filled, type Known } from "./template";

interface Properties {
  action: Action;
  known: Known;
  /** Names the toast, so that a second one replaces the first. */
  name: string;
  className?: string;
}

/**
 * Asks where that is wanted, does what the action says, and tells what came of it. What the deck asks
 * about again, such as a large order, is asked, and sent once more when the answer is yes.
 */
export async function actOn(action: Action, known: Known, name: string): Promise<void> {
  const question = action.confirm ?? "";
  if (question !== "" && !(await confirmed(filled(question, known), action.title))) return;
  const key = `${name}.${action.id}`;
  try {
    const said = await perform(action, known).catch(async (fault: unknown) => {
      const again = asksBack(fault);
      if (again === "") throw fault;
      if (!(await confirmed(again, action.title))) return "";
      return perform(action, known, { confirmed: true });
    });
    if (said !== "") tell(key, "good", filled(said, known));
  } catch (fault) {
    tell(key, "fault", wordsOf(fault));
  }
}

export function ActionButton({ action, known, name, className = "" }: Properties) {
  const [busy, setBusy] = useState(false);
  const press = () => {
    setBusy(true);
    void actOn(action, known, name).finally(() => setBusy(false));
  };
  return (
    <button
      type="button"
      className={`button button--small ${className}`}
      disabled={busy}
      aria-busy={busy}
      onClick={press}
      data-action={action.id}
    >
      {action.title}
    </button>
  );
}
