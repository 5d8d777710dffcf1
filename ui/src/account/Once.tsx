import { tell } from "../notices";

/** A secret that cannot be shown again. */
export function Once({ title, text, done }: { title: string; text: string; done(): void }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => tell("account", "info", "Copied."),
      () => tell("account", "warn", "The browser does not copy here; mark the text and copy it."),
    );
  return (
    <div className="account__once" role="status">
      <strong>{title}</strong>
      <code>{text}</code>
      <div className="account__ways">
        <button type="button" className="button" onClick={copy}>
          Copy
        </button>
        <button type="button" className="button" onClick={done}>
          I have kept it
        </button>
      </div>
    </div>
  );
}
