import { useRef } from "react";
import type { Verdict } from "./check";
import { split } from "./rule";

interface Properties {
  text: string;
  verdict: Verdict | null;
  set(text: string): void;
}

/** The text of a rule, with the word underlined that cannot be read. */
export function RuleText({ text, verdict, set }: Properties) {
  const mirror = useRef<HTMLDivElement>(null);
  const error = verdict?.error ?? null;
  const [before, wrong, after] = split(text, error?.start ?? text.length, error?.end ?? 0);
  const invalid = error !== null;
  return (
    <div className="field">
      <label htmlFor="rule-text">Rule</label>
      <div className="rule">
        <div ref={mirror} className="rule__mirror" aria-hidden="true">
          {before}
          {error !== null && <mark>{wrong === "" ? " " : wrong}</mark>}
          {after}
        </div>
        <textarea
          id="rule-text"
          className="input rule__text"
          rows={4}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          value={text}
          aria-invalid={invalid}
          aria-describedby="rule-said"
          onChange={(event) => set(event.currentTarget.value)}
          onScroll={(event) => {
            if (mirror.current !== null) mirror.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <div id="rule-said" className="rule__said" role="status">
        {error !== null && <p className="field__fault">{error.message}</p>}
        {verdict?.ok && <p className="tone-good">This is a rule.</p>}
        {verdict?.remarks.map((remark) => (
          <p key={`${remark.start}:${remark.message}`} className="tone-warn">
            {remark.message}
          </p>
        ))}
      </div>
    </div>
  );
}
