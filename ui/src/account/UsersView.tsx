import { useCallback, useEffect, useState } from "react";
import { fullTime } from "../format/time";
import { useZone } from "../format/zone";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { confirmed } from "../shell/confirm";
import { GrantTable } from "./GrantTable";
import { Once } from "./Once";
import {
  type AuditEntry,
  audit,
  changeUser,
  endOf,
  type Invitation,
  invite,
  ROLES,
  type Role,
  type User,
  users,
  withdraw,
} from "./wire";

interface Known {
  users: User[];
  invitations: Invitation[];
  entries: AuditEntry[];
}

/** The view of every account, for admins: roles, invitations, sessions, and who did what. */
export default function UsersView() {
  const [state, setState] = useState<Known | string | null>(null);
  const load = useCallback(() => {
    Promise.all([users(), audit()]).then(
      ([found, { entries }]) => setState({ ...found, entries }),
      (fault: unknown) => setState(wordsOf(fault)),
    );
  }, []);
  useEffect(() => {
    document.title = "Users · quantdeck";
    load();
  }, [load]);
  const act = async (work: Promise<{ message: string }>) => {
    await work.then(
      ({ message }) => tell("users", "good", message),
      (fault: unknown) => tell("users", "fault", wordsOf(fault)),
    );
    load();
  };
  if (state === null) return <p role="status">Opening the accounts</p>;
  if (typeof state === "string") return <p role="status">{state}</p>;
  return (
    <div className="settings">
      <div className="page__head">
        <div className="page__title">
          <h1>Users</h1>
          <p>Who may use this deck, and what did they do?</p>
        </div>
      </div>
      {state.users.map((user) => (
        <Person key={user.id} user={user} act={act} />
      ))}
      <Invitations invitations={state.invitations} act={act} load={load} />
      <AuditLog entries={state.entries} />
    </div>
  );
}

type Act = (work: Promise<{ message: string }>) => Promise<void>;

function Person({ user, act }: { user: User; act: Act }) {
  const title = `user-${user.id}`;
  const turn = async () => {
    const question = `Switch ${user.name} off? Their sessions and tokens end.`;
    if (user.is_on && !(await confirmed(question, "Switch off"))) return;
    await act(changeUser(user.id, { is_on: !user.is_on }));
  };
  return (
    <section className="settings__part" aria-labelledby={title}>
      <div className="account__person">
        <h2 id={title}>{user.name}</h2>
        <select
          className="input"
          aria-label={`Role of ${user.name}`}
          value={user.role}
          onChange={(event) =>
            act(changeUser(user.id, { role: event.currentTarget.value as Role }))
          }
        >
          {ROLES.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </select>
        <button type="button" className="button" onClick={turn}>
          {user.is_on ? "Switch off" : "Switch on"}
        </button>
      </div>
      {user.grants.length > 0 && (
        <GrantTable
          grants={user.grants}
          label={`Sessions and tokens of ${user.name}`}
          end={(grant) => act(endOf(grant.id))}
        />
      )}
      {user.grants.length === 0 && (
        <p className="settings__about">
          {user.is_on ? "Nowhere logged in." : "Switched off: nobody comes in by it."}
        </p>
      )}
    </section>
  );
}

interface InvitationProperties {
  invitations: Invitation[];
  act: Act;
  load(): void;
}

function Invitations({ invitations, act, load }: InvitationProperties) {
  const zone = useZone();
  const [role, setRole] = useState<Role>("viewer");
  const [link, setLink] = useState("");
  const make = (event: React.FormEvent) => {
    event.preventDefault();
    invite(role).then(
      ({ path }) => {
        setLink(location.origin + path);
        load();
      },
      (fault: unknown) => tell("users", "fault", wordsOf(fault)),
    );
  };
  return (
    <section className="settings__part" aria-labelledby="users-invitations">
      <h2 id="users-invitations">Invitations</h2>
      <p className="settings__about">
        A link opens one account within seven days. Viewers look; traders also change what the deck
        does and place orders; admins also see to accounts and settings.
      </p>
      <form className="account__person" onSubmit={make}>
        <select
          className="input"
          aria-label="Role of the new account"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
        >
          {ROLES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <button type="submit" className="button button--primary">
          Invite
        </button>
      </form>
      {link !== "" && (
        <Once title="The link, shown this once" text={link} done={() => setLink("")} />
      )}
      {invitations.map((each) => (
        <div key={each.id} className="account__person">
          <span>
            {each.role}, by {each.made_by}, until {fullTime(each.ends_ms, zone)}
          </span>
          <button type="button" className="button" onClick={() => act(withdraw(each.id))}>
            Withdraw
          </button>
        </div>
      ))}
    </section>
  );
}

function AuditLog({ entries }: { entries: AuditEntry[] }) {
  const zone = useZone();
  return (
    <section className="settings__part" aria-labelledby="users-audit">
      <h2 id="users-audit">Audit log</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled by the keyboard */}
      <section className="account__table account__table--log" aria-label="Entries" tabIndex={0}>
        <table aria-labelledby="users-audit">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">Outcome</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: entries have no name and do not move
              <tr key={`${entry.ts_ms}-${at}`}>
                <td>{fullTime(entry.ts_ms, zone)}</td>
                <td>{entry.who}</td>
                <td>{entry.what}</td>
                <td>{entry.outcome}</td>
                <td>{entry.address}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
