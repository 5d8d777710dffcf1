import { useDeferredValue, useState } from "react";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { limitsOf, sectionsOf, titleOf } from "./rows";
import { changeSettings, type Setting } from "./wire";

interface Properties {
  settings: Setting[];
  file: string;
  changed(settings: Setting[]): void;
}

/** Every setting of the deck, found by words; each is checked before it is written. */
export function SettingsList({ settings, file, changed }: Properties) {
  const [search, setSearch] = useState("");
  const sections = sectionsOf(settings, useDeferredValue(search));
  return (
    <>
      <p className="settings__about">
        Written to <code>{file}</code>, whose other lines and comments stay as they are. Environment
        and command line count before the file. Changes hold from the next start on.
      </p>
      <div className="field settings__search">
        <label htmlFor="settings-search">Find a setting</label>
        <input
          id="settings-search"
          className="input"
          type="search"
          placeholder="alpaca symbols"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      {sections.length === 0 && <p role="status">No setting has these words.</p>}
      {sections.map(([section, rows]) => (
        <details key={section} className="settings__section" open={search !== ""}>
          <summary>
            {section === "" ? "general" : section} <span>{rows.length}</span>
          </summary>
          {rows.map((row) => (
            <SettingLine key={row.key} setting={row} changed={changed} />
          ))}
        </details>
      ))}
    </>
  );
}

interface LineProperties {
  setting: Setting;
  changed(settings: Setting[]): void;
}

function SettingLine({ setting, changed }: LineProperties) {
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const value = typed ?? setting.value;
  const fixed =
    setting.kind === "fixed" || setting.source === "environment" || setting.source === "flag";
  const id = `setting-${setting.key}`;
  const save = async (text: string) => {
    setBusy(true);
    setFault("");
    try {
      const { settings, message } = await changeSettings({ [setting.key]: text });
      changed(settings);
      setTyped(null);
      tell(`setting.${setting.key}`, "good", message ?? "");
    } catch (refusal) {
      setFault(wordsOf(refusal));
    } finally {
      setBusy(false);
    }
  };
  const told = {
    id,
    className: "input",
    disabled: fixed || busy,
    value,
    "aria-invalid": fault !== "",
    "aria-describedby": `${id}-help`,
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
      setTyped(event.currentTarget.value),
  };
  const options = setting.kind === "toggle" ? ["true", "false"] : setting.options;
  const listed = setting.kind === "toggle" || setting.kind === "choice";
  const all = setting.may_be_empty ? ["", ...options] : options;
  return (
    <form
      className="settings__line"
      onSubmit={(event) => {
        event.preventDefault();
        void save(value);
      }}
    >
      <label htmlFor={id}>
        {titleOf(setting)} <code>{setting.key}</code>
      </label>
      <div className="settings__value">
        {listed ? (
          <select {...told}>
            {all.map((option) => (
              <option key={option} value={option}>
                {option === "" ? "not set" : option}
              </option>
            ))}
          </select>
        ) : (
          <input {...told} type="text" autoComplete="off" spellCheck={false} />
        )}
        {typed !== null && typed !== setting.value && (
          <button type="submit" className="button button--primary" disabled={busy}>
            Save
          </button>
        )}
        {!fixed && typed === null && setting.value !== setting.default && (
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => save(setting.default)}
          >
            Default
          </button>
        )}
      </div>
      <p className="field__hint" id={`${id}-help`}>
        {[setting.help, limitsOf(setting), sourceOf(setting)].filter(Boolean).join(". ")}.
      </p>
      {fault !== "" && (
        <p className="field__fault" role="alert">
          {fault}
        </p>
      )}
    </form>
  );
}

function sourceOf(setting: Setting): string {
  const first = setting.default === "" ? "none" : setting.default;
  if (setting.kind === "fixed") return "To be changed in the file alone";
  if (setting.source === "default") return "";
  if (setting.source === "file") return `Set in the file; default ${first}`;
  return setting.source === "flag" ? "Set on the command line" : "Set in the environment";
}
