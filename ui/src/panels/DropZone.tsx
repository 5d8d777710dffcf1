import { useEffect, useRef, useState } from "react";
import { bytes } from "../format/figures";
import type { Control } from "../wire";
import { Words } from "./Markdown";
import { inlineOf } from "./prose";

interface Properties {
  field: Control;
  name: string;
  file: File | null;
  fault: string;
  /** Share of the file that is on its way; null while none is. */
  share: number | null;
  set(file: File | null): void;
}

/** A place for one file: dropped, or chosen. */
export function DropZone({ field, name, file, fault, share, set }: Properties) {
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  useStrayDrops();
  const drop = (event: React.DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped !== undefined) set(dropped);
  };
  const classes = ["drop", over ? "drop--over" : "", fault ? "drop--fault" : ""];
  return (
    <div className="field field--wide" data-field={field.id}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the chooser in it answers to the keyboard */}
      <div
        className={classes.filter(Boolean).join(" ")}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label htmlFor={name} className="drop__label">
          {file === null ? (
            <>
              <b>{field.title}</b>
              <span>Drop a file here, or press to choose one.</span>
            </>
          ) : (
            <>
              <b>{file.name}</b>
              <span>{bytes(file.size)}. Drop or choose another to replace it.</span>
            </>
          )}
          {field.help && (
            <span className="drop__hint">
              <Words parts={inlineOf(field.help)} />
            </span>
          )}
        </label>
        <input
          ref={chooser}
          id={name}
          type="file"
          className="visually-hidden"
          accept={field.options?.join(",") || undefined}
          aria-invalid={fault !== ""}
          aria-describedby={fault ? `${name}-fault` : undefined}
          onChange={(event) => {
            set(event.currentTarget.files?.[0] ?? null);
            // The same file may be chosen again after it was changed.
            event.currentTarget.value = "";
          }}
        />
      </div>
      {share !== null && (
        <div className="drop__progress">
          <progress value={share} max={1} aria-label={`Sending ${file?.name ?? field.title}`} />
          <span>{share < 1 ? `${Math.floor(share * 100)} % sent` : "Sent; the deck reads it"}</span>
        </div>
      )}
      {fault !== "" && (
        <p className="field__fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

// A file that misses the zone must not take the browser away from the page.
function useStrayDrops(): void {
  useEffect(() => {
    const stay = (event: DragEvent) => event.preventDefault();
    window.addEventListener("dragover", stay);
    window.addEventListener("drop", stay);
    return () => {
      window.removeEventListener("dragover", stay);
      window.removeEventListener("drop", stay);
    };
  }, []);
}
