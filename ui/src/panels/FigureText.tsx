import { memo } from "react";
import { elsewhere, inDeck } from "../address";
import { figure, type Style } from "../format/figures";
import { useZone } from "../format/zone";
import { followInPlace } from "../route";
import type { Cell, Row } from "../wire";
import { StateWordChip } from "./StateChip";
import { isSymbol, SymbolName } from "./Symbol";

interface Properties {
  value: Cell;
  style: Style & { title?: string; mark?: string };
  row?: Row;
  /** Whether the unit stands beside the figure (it stands in the head of a table). */
  unit?: boolean;
}

const DOWNLOAD = /^\/api\/v1\/\S+$/;

/** One figure as its column says, with its unit quiet behind it. */
export const FigureText = memo(function FigureText({ value, style, row, unit = true }: Properties) {
  const zone = useZone();
  if (style.format === "state" && typeof value === "string") {
    return <StateWordChip word={value} like={typeof row?.tone === "string" ? row.tone : value} />;
  }
  if (style.format === "link" && typeof value === "string" && value !== "") {
    return <Link address={value} word={style.mark || style.title || value} />;
  }
  if (style.format === "web" && typeof value === "string" && value !== "") {
    return <WebLink address={value} word={style.mark || style.title || value} />;
  }
  if (isSymbol(value)) return <SymbolName symbol={value} />;
  if (typeof value === "string" && DOWNLOAD.test(value)) {
    return (
      <a className="target" href={value} download>
        {style.title || "Download"}
      </a>
    );
  }
  const shown = figure(value, style, row, zone);
  const moved = style.signed && style.format === "percent" && typeof value === "number";
  const tone = moved && value !== 0 ? (value > 0 ? "up" : "down") : null;
  const percent = shown.unit === "%" ? "%" : "";
  return (
    <>
      <span className={tone ? `tone-${tone}` : undefined}>
        {shown.text}
        {percent}
      </span>
      {unit && shown.unit !== "" && percent === "" && <span className="unit">{shown.unit}</span>}
    </>
  );
});

// An address of the deck; one of another host is words, not a link.
function Link({ address, word }: { address: string; word: string }) {
  const target = address.startsWith("/") ? inDeck(address) : null;
  if (target === null) return <span>{address}</span>;
  const isFile = target.startsWith("/api/");
  return (
    <a
      className="target"
      href={target}
      download={isFile || undefined}
      onClick={isFile ? undefined : followInPlace}
    >
      {word}
    </a>
  );
}

// A page elsewhere learns nothing of the deck; what is no address of the web is words.
function WebLink({ address, word }: { address: string; word: string }) {
  const target = elsewhere(address);
  if (target === null) return <span>{address}</span>;
  return (
    <a
      className="target"
      href={target}
      target="_blank"
      rel="noopener noreferrer nofollow external"
      referrerPolicy="no-referrer"
      title={new URL(target).host}
    >
      {word}
    </a>
  );
}
