import { useEffect, useState } from "react";
import { useConnection, useStream } from "../stream/hooks";
import { useRecovery } from "./useRecovery";

/** Says that the line is down, when it is tried again, what still holds, and when it is back. */
export function ConnectionBanner() {
  const connection = useConnection();
  const client = useStream();
  const [now, setNow] = useState(Date.now());
  const down = connection.phase === "waiting";
  const { outdated } = useRecovery(connection, client);
  useEffect(() => {
    if (!down) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [down]);
  if (connection.phase === "refused") {
    return (
      <div className="banner" role="alert">
        The deck refuses this page's origin. Open the address that the terminal printed.
      </div>
    );
  }
  if (outdated && connection.phase === "open") {
    return (
      <div className="banner" role="status">
        <strong>The deck is now version {connection.version}.</strong>
        <span>This page came from the one before.</span>
        <button
          type="button"
          className="button banner__last"
          onClick={() => window.location.reload()}
        >
          Reload the page
        </button>
      </div>
    );
  }
  // One failed attempt is over before it can be read; later ones keep the banner where it is.
  const trying = connection.phase === "connecting" && connection.attempt > 0;
  if (!down && !trying) return null;
  const seconds = Math.max(0, Math.ceil((connection.retryAt - now) / 1000));
  return (
    <div className="banner" role="status">
      <strong>No connection to the deck.</strong>
      <span>Figures stand still and are greyed.</span>
      <span className="banner__count" aria-live="off">
        {trying ? "Trying now" : `Next attempt in ${seconds} s`}
      </span>
      <button type="button" className="button" onClick={() => client.retryNow()} disabled={trying}>
        Try now
      </button>
    </div>
  );
}
