import { useState } from "react";
import { askSession, useSession } from "../account/session";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { followInPlace } from "../route";
import { finishSetup } from "./wire";

/** Leads to setting up a deck that nobody has set up; passed over once, it does not come again. */
export function SetupOffer() {
  const who = useSession();
  const [busy, setBusy] = useState(false);
  if (who?.is_first !== true) return null;
  const pass = () => {
    setBusy(true);
    finishSetup()
      .then(askSession)
      .catch((fault: unknown) => tell("setup", "fault", wordsOf(fault)))
      .finally(() => setBusy(false));
  };
  return (
    <section className="offer" aria-label="Setting up">
      <span>
        Nothing is set up yet, and nothing has to be: vendors, keys, symbols, time zone and Slack in
        five steps.
      </span>
      <a className="button button--primary" href="/setup" onClick={followInPlace}>
        Set up
      </a>
      <button type="button" className="button" disabled={busy} onClick={pass}>
        Not now
      </button>
    </section>
  );
}
