import { useState } from "react";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { confirmed } from "../shell/confirm";
import {
  changeSettings,
  checkKeys,
  forgetKeys,
  type KeyState,
  keepKeys,
  type Place,
  type SetupState,
  setupState,
  type Vendor,
} from "./wire";

interface Properties {
  vendor: Vendor;
  state: SetupState;
  changed(state: SetupState): void;
}

/** One vendor: its keys, which are never shown, what they may do, and whether it is used. */
export function VendorCard({ vendor, state, changed }: Properties) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [place, setPlace] = useState<Place>("file");
  const [busy, setBusy] = useState("");
  const [fault, setFault] = useState("");
  const given = Object.fromEntries(Object.entries(typed).filter(([, text]) => text.trim() !== ""));
  const some = Object.keys(given).length > 0;
  const own = vendor.keys.some((key) => key.source === "file" || key.source === "keyring");

  const run = async (what: string, work: () => Promise<string>) => {
    setBusy(what);
    setFault("");
    try {
      const said = await work();
      changed((await setupState()).setup);
      if (said !== "") tell(`setup.${vendor.id}`, "good", said);
    } catch (refusal) {
      setFault(wordsOf(refusal));
    } finally {
      setBusy("");
    }
  };
  const check = () => run("check", async () => (await checkKeys(vendor.id, given)).message);
  const keep = () =>
    run("keep", async () => {
      const { message } = await keepKeys(vendor.id, given, place);
      setTyped({});
      return message ?? "";
    });
  const forget = async () => {
    if (!(await confirmed(`Forget the keys of ${vendor.title}?`, "Forget"))) return;
    await run("forget", async () => (await forgetKeys(vendor.id)).message ?? "");
  };
  const turn = (on: boolean) =>
    run("switch", async () => {
      await changeSettings({ [vendor.switch]: String(on) });
      return `${vendor.title} is ${on ? "used" : "left out"} from the next start on.`;
    });

  return (
    <section className="vendor" data-vendor={vendor.id} aria-labelledby={`vendor-${vendor.id}`}>
      <div className="vendor__head">
        <h3 id={`vendor-${vendor.id}`}>{vendor.title}</h3>
        <span className={vendor.is_ready ? "vendor__state tone-good" : "vendor__state"}>
          {stateOf(vendor)}
        </span>
      </div>
      <p className="vendor__about">{vendor.about}</p>
      {vendor.keys.map((key) => (
        <KeyField
          key={key.name}
          field={key}
          value={typed[key.name] ?? ""}
          set={(text) => setTyped((old) => ({ ...old, [key.name]: text }))}
        />
      ))}
      {vendor.hint !== "" && !vendor.is_ready && <p className="field__hint">{hintOf(vendor)}</p>}
      {state.has_keyring && some && (
        <label className="vendor__place">
          <input
            type="checkbox"
            checked={place === "keyring"}
            onChange={(event) => setPlace(event.currentTarget.checked ? "keyring" : "file")}
          />
          Keep it in the keyring of this system
        </label>
      )}
      <div className="form__foot">
        {vendor.keys.length > 0 && (
          <button
            type="button"
            className="button button--primary"
            disabled={busy !== "" || !some}
            onClick={keep}
          >
            Save
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={busy !== "" || !(vendor.is_ready || some)}
          aria-busy={busy === "check"}
          onClick={check}
        >
          {busy === "check" && <span className="spinner" aria-hidden="true" />}
          {vendor.id === "slack" ? "Send a test message" : "Check what it may do"}
        </button>
        {vendor.switch !== "" && (
          <button
            type="button"
            className="button"
            disabled={busy !== "" || !(vendor.is_ready || vendor.is_on)}
            onClick={() => turn(!vendor.is_on)}
          >
            {vendor.is_on ? "Leave it out" : "Use it"}
          </button>
        )}
        {own && (
          <button type="button" className="button" disabled={busy !== ""} onClick={forget}>
            Forget
          </button>
        )}
      </div>
      {fault !== "" && (
        <p className="field__fault" role="alert">
          {fault}
        </p>
      )}
      {vendor.checks.length > 0 && <Checks vendor={vendor} />}
    </section>
  );
}

function stateOf(vendor: Vendor): string {
  const used = vendor.switch === "" ? "" : vendor.is_on ? ", used" : ", not used";
  if (vendor.keys.length === 0) return vendor.is_ready ? `no key needed${used}` : "not installed";
  return vendor.is_ready ? `keys are here${used}` : "no key";
}

function hintOf(vendor: Vendor): string {
  const text = vendor.hint.replace(/,? and set [A-Z_]+.*$/, "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

interface KeyProperties {
  field: KeyState;
  value: string;
  set(text: string): void;
}

function KeyField({ field, value, set }: KeyProperties) {
  const held = field.source === "environment";
  const there = field.is_set
    ? `set${field.ending && `, ends in ${field.ending}`}, from the ${field.source}`
    : "not set";
  return (
    <div className="field">
      <label htmlFor={`key-${field.name}`}>
        {field.title} <code>{field.name}</code>
      </label>
      <input
        id={`key-${field.name}`}
        className="input"
        type="password"
        autoComplete="off"
        spellCheck={false}
        disabled={held}
        placeholder={field.is_set ? "kept; type to replace" : ""}
        aria-describedby={`key-${field.name}-is`}
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
      />
      <p className="field__hint" id={`key-${field.name}-is`}>
        {there}
      </p>
    </div>
  );
}

const TONES: Record<string, string> = { ok: "tone-good", failed: "tone-fault" };

function Checks({ vendor }: { vendor: Vendor }) {
  return (
    <table className="vendor__checks">
      <caption className="visually-hidden">What {vendor.title} answered</caption>
      <thead>
        <tr>
          <th scope="col">Asked for</th>
          <th scope="col">Answer</th>
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {vendor.checks.map((check) => (
          <tr key={check.what}>
            <td>{check.what}</td>
            <td className={TONES[check.verdict] ?? "tone-warn"}>{check.verdict}</td>
            <td>{check.found}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
