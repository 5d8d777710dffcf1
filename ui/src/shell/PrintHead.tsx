import { fullTime, zoneName } from "../format/time";
import { useZone } from "../format/zone";
import type { StatusPayload } from "../wire";
import { Logo } from "./Logo";

/** What stands above a printed view: whose figures these are, and as of when. */
export function PrintHead({ status }: { status: StatusPayload | null }) {
  const zone = useZone();
  const at = status?.clock_ms;
  return (
    <p className="print-head">
      <Logo size={16} />
      <strong>quantdeck</strong>
      {status !== null && status.mode !== "live" && <b>{status.mode.toUpperCase()}</b>}
      {at !== undefined && <span>{`${fullTime(at, zone)} ${zoneName(zone, at)}`}</span>}
      <span>{location.host + location.pathname + location.search}</span>
    </p>
  );
}
