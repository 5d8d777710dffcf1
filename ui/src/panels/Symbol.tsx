const SYMBOL = /^[A-Z][A-Z0-9-]*:[^\s:]+$/;

export function isSymbol(value: unknown): value is string {
  return typeof value === "string" && SYMBOL.test(value);
}

/** A canonical symbol: the root first, its venue quiet behind it. */
export function SymbolName({ symbol }: { symbol: string }) {
  const at = symbol.indexOf(":");
  if (at < 0) return <>{symbol}</>;
  return (
    <span className="symbol" title={symbol}>
      <span className="symbol__root">{symbol.slice(at + 1)}</span>{" "}
      <span className="symbol__venue">{symbol.slice(0, at)}</span>
    </span>
  );
}
