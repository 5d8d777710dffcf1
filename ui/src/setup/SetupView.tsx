import { useEffect, useState } from "react";
import { askSession, useMay } from "../account/session";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { go } from "../route";
import { Logo } from "../shell/Logo";
import { ZoneField } from "./LookFields";
import { Vendors } from "./SettingsView";
import { useRestart, useSetup } from "./useSetup";
import { allSettings, changeSettings, finishSetup, type SetupState } from "./wire";

const STEPS = ["Data", "Keys", "Symbols", "Time zone", "Slack"] as const;
type Step = (typeof STEPS)[number];

const QUESTIONS: Record<Step, string> = {
  Data: "Where do figures come from?",
  Keys: "Which vendors do you have?",
  Symbols: "What is captured?",
  "Time zone": "In which zone are times shown?",
  Slack: "Who is told of alerts?",
};

/** Setting the deck up, for those who may. */
export default function SetupView() {
  const isAdmin = useMay("admin");
  useEffect(() => {
    document.title = "Set up · quantdeck";
  }, []);
  if (isAdmin) return <Steps />;
  return <p role="status">This deck is set up by its admins.</p>;
}

// Every step may be passed over, and so may the whole.
function Steps() {
  const [state, setState] = useSetup();
  const [step, setStep] = useState<Step>("Data");
  const [said, restart] = useRestart();
  const at = STEPS.indexOf(step);
  const next = STEPS[at + 1];
  const before = STEPS[at - 1];
  const there = state !== null && typeof state !== "string" ? state : null;

  const end = (mode?: "demo" | "live") => {
    finishSetup().then(
      ({ setup }) => {
        void askSession().catch(() => {});
        const again = mode !== undefined && (mode !== setup.mode || setup.needs_restart);
        if (again && setup.can_restart) restart(mode, "/");
        else go("/");
      },
      (fault: unknown) => tell("setup", "fault", wordsOf(fault)),
    );
  };

  return (
    <div className="setup">
      <div className="setup__head">
        <Logo size={28} />
        <h1>Set up quantdeck</h1>
        <button type="button" className="button" onClick={() => end()}>
          Skip
        </button>
      </div>
      <ol className="setup__steps">
        {STEPS.map((one, i) => (
          <li key={one} aria-current={one === step ? "step" : undefined} data-past={i < at}>
            {one}
          </li>
        ))}
      </ol>
      {typeof state === "string" && <p role="status">{state}</p>}
      {said !== "" && <p role="status">{said}</p>}
      {there !== null && (
        <section className="setup__step" aria-label={`Step: ${step}`}>
          <h2>{QUESTIONS[step]}</h2>
          {step === "Data" && (
            <DataStep state={there} demo={() => end("demo")} vendors={() => setStep("Keys")} />
          )}
          {step === "Keys" && <Vendors state={there} changed={setState} only={vendorsOf(there)} />}
          {step === "Symbols" && <SymbolsStep state={there} />}
          {step === "Time zone" && <ZoneField />}
          {step === "Slack" && <Vendors state={there} changed={setState} only={["slack"]} />}
        </section>
      )}
      {step !== "Data" && (
        <div className="setup__foot">
          {before !== undefined && (
            <button type="button" className="button" onClick={() => setStep(before)}>
              Back
            </button>
          )}
          {next !== undefined ? (
            <button type="button" className="button button--primary" onClick={() => setStep(next)}>
              Go on
            </button>
          ) : (
            <button type="button" className="button button--primary" onClick={() => end("live")}>
              Finish
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function vendorsOf(state: SetupState): string[] {
  return state.vendors.map((vendor) => vendor.id).filter((id) => id !== "slack");
}

interface DataProperties {
  state: SetupState;
  demo(): void;
  vendors(): void;
}

function DataStep({ state, demo, vendors }: DataProperties) {
  return (
    <div className="setup__choices">
      <button type="button" className="setup__choice" onClick={demo}>
        <b>{state.mode === "demo" ? "Stay with the demo" : "Look at the demo"}</b>
        <span>
          Every view on simulated markets. No key, no account, no network; nothing of it mixes with
          real data.
        </span>
      </button>
      <button type="button" className="setup__choice" onClick={vendors}>
        <b>Connect vendors</b>
        <span>
          Real data. Binance needs no key; the others are set up in the next step, and each key is
          tried for what it may do.
        </span>
      </button>
    </div>
  );
}

// What is captured, of every vendor that can be used.
function SymbolsStep({ state }: { state: SetupState }) {
  const vendors = state.vendors.filter((vendor) => vendor.symbols !== "" && vendor.is_ready);
  const [typed, setTyped] = useState<Record<string, string> | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    allSettings().then(
      ({ settings }) => setTyped(Object.fromEntries(settings.map((row) => [row.key, row.value]))),
      (refusal: unknown) => setFault(wordsOf(refusal)),
    );
  }, []);
  const save = async (key: string) => {
    setFault("");
    try {
      const { message } = await changeSettings({ [key]: typed?.[key] ?? "" });
      tell("setup.symbols", "good", message ?? "");
    } catch (refusal) {
      setFault(wordsOf(refusal));
    }
  };
  return (
    <div className="settings__fields">
      {vendors.map((vendor) => (
        <form
          key={vendor.id}
          className="field field--wide"
          onSubmit={(event) => {
            event.preventDefault();
            void save(vendor.symbols);
          }}
        >
          <label htmlFor={`symbols-${vendor.id}`}>{vendor.title}</label>
          <div className="settings__value">
            <input
              id={`symbols-${vendor.id}`}
              className="input"
              type="text"
              autoComplete="off"
              placeholder={vendor.id === "binance" ? "BTCUSDT, ETHUSDT" : "SPY, AAPL"}
              value={typed?.[vendor.symbols] ?? ""}
              onChange={(event) => {
                const text = event.currentTarget.value;
                setTyped((old) => ({ ...old, [vendor.symbols]: text }));
              }}
            />
            <button type="submit" className="button">
              Save
            </button>
          </div>
          <p className="field__hint">Captured at every start; separated by commas.</p>
        </form>
      ))}
      {fault !== "" && (
        <p className="field__fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
