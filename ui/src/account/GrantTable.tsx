import { fullTime } from "../format/time";
import { useZone } from "../format/zone";
import type { Grant } from "./wire";

interface Properties {
  grants: Grant[];
  label: string;
  end(grant: Grant): void;
}

/** Sessions and tokens, each with what ends it. */
export function GrantTable({ grants, label, end }: Properties) {
  const zone = useZone();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled by the keyboard where it is wider than the screen
    <section className="account__table" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">May</th>
            <th scope="col">From</th>
            <th scope="col">Used last</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span className="visually-hidden">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {grants.map((grant) => (
            <tr key={grant.id}>
              <td>
                {grant.kind === "token" ? `Token ${grant.name}` : browserIn(grant.name)}
                {grant.is_this && <span className="account__this"> this browser</span>}
              </td>
              <td>{grant.kind === "token" ? grant.scopes.join(", ") : "what the role may"}</td>
              <td>{grant.address}</td>
              <td>{fullTime(grant.seen_ms, zone)}</td>
              <td>{grant.ends_ms === null ? "never" : fullTime(grant.ends_ms, zone)}</td>
              <td>
                <button
                  type="button"
                  className="button"
                  onClick={() => end(grant)}
                  aria-label={`End ${grant.kind} ${grant.kind === "token" ? grant.name : browserIn(grant.name)}`}
                >
                  End
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS/, "macOS"],
  [/Linux/, "Linux"],
];

/** Browser and system in what a browser calls itself. */
export function browserIn(agent: string): string {
  const browser = BROWSERS.find(([mark]) => mark.test(agent))?.[1];
  const system = SYSTEMS.find(([mark]) => mark.test(agent))?.[1];
  if (browser === undefined) return agent.split(" ")[0] || "Unknown browser";
  return system === undefined ? browser : `${browser} on ${system}`;
}
