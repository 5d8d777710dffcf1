import { useEffect, useState } from "react";
import { may, useSession } from "../account/session";
import { wordsOf } from "../page/act";
import { followInPlace } from "../route";
import { LookFields } from "./LookFields";
import { SettingsList } from "./SettingsList";
import { useRestart, useSetup } from "./useSetup";
import { VendorCard } from "./VendorCard";
import { allSettings, type Setting, type SetupState } from "./wire";

/** The view of settings: how the page looks and, for those who may change it, what the deck runs with. */
export default function SettingsView() {
  const who = useSession();
  const isAdmin = may(who, "admin");
  useEffect(() => {
    document.title = "Settings · quantdeck";
  }, []);
  return (
    <div className="settings">
      <div className="page__head">
        <div className="page__title">
          <h1>Settings</h1>
          <p>
            {isAdmin
              ? "How does it look, where do data come from, and what else can be set?"
              : "How does it look?"}
          </p>
        </div>
        {isAdmin && (
          <a className="button" href="/setup" onClick={followInPlace}>
            Guided setup
          </a>
        )}
      </div>
      <section className="settings__part" aria-labelledby="settings-look">
        <h2 id="settings-look">{who?.mode === "users" ? "How you like it" : "This browser"}</h2>
        <LookFields />
      </section>
      {isAdmin ? (
        <DeckSettings />
      ) : (
        <p className="settings__about">
          Vendors, keys and the configuration of this deck are seen to by its admins.
        </p>
      )}
    </div>
  );
}

function DeckSettings() {
  const [state, setState] = useSetup();
  const [settings, setSettings] = useState<Setting[] | string>([]);
  useEffect(() => {
    allSettings().then(
      (answer) => setSettings(answer.settings),
      (fault: unknown) => setSettings(wordsOf(fault)),
    );
  }, []);
  const there = state !== null && typeof state !== "string" ? state : null;
  return (
    <>
      {there !== null && <RestartBar state={there} />}
      <section className="settings__part" aria-labelledby="settings-vendors">
        <h2 id="settings-vendors">Vendors and keys</h2>
        {typeof state === "string" && <p role="status">{state}</p>}
        {there !== null && <Vendors state={there} changed={setState} />}
      </section>
      <section className="settings__part" aria-labelledby="settings-all">
        <h2 id="settings-all">Configuration</h2>
        {typeof settings === "string" ? (
          <p role="status">{settings}</p>
        ) : (
          <SettingsList
            settings={settings}
            file={there?.config_file ?? "config.yaml"}
            changed={(rows) => {
              setSettings(rows);
              if (there !== null) setState({ ...there, needs_restart: true });
            }}
          />
        )}
      </section>
    </>
  );
}

/** All vendors, and where their keys are kept. */
export function Vendors({
  state,
  changed,
  only,
}: {
  state: SetupState;
  changed(state: SetupState): void;
  only?: string[];
}) {
  const shown = state.vendors.filter((vendor) => only === undefined || only.includes(vendor.id));
  return (
    <>
      <p className="settings__about">
        Keys go to <code>{state.key_file}</code>, readable by you alone, and are never shown again.
        {state.is_exposed && (
          <b className="tone-warn">
            {" "}
            Others on this machine can read that file until a key is saved.
          </b>
        )}
      </p>
      <div className="vendors">
        {shown.map((vendor) => (
          <VendorCard key={vendor.id} vendor={vendor} state={state} changed={changed} />
        ))}
      </div>
    </>
  );
}

function RestartBar({ state }: { state: SetupState }) {
  const [said, restart] = useRestart();
  const other = state.mode === "demo" ? "live" : "demo";
  return (
    <div className="settings__restart" role="status">
      <span>
        {said ||
          (state.needs_restart
            ? "Something was changed that counts from the next start on."
            : `This deck runs on ${state.mode === "demo" ? "simulated" : "real"} data.`)}
      </span>
      {state.can_restart && (
        <>
          {state.needs_restart && (
            <button
              type="button"
              className="button button--primary"
              onClick={() => restart(state.mode, "/settings")}
            >
              Start again
            </button>
          )}
          <button type="button" className="button" onClick={() => restart(other, "/")}>
            {other === "demo" ? "Change to the demo" : "Change to real data"}
          </button>
        </>
      )}
    </div>
  );
}
