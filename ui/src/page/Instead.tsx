import { Words } from "../panels/Markdown";
import { inlineOf } from "../panels/prose";
import type { Panel } from "../wire";
import { Skeleton } from "./Skeleton";
import type { Standing } from "./state";

interface InsteadProperties {
  panel: Panel;
  standing: Standing;
  retry(): void;
}

/** What stands in the body while there is nothing to draw. */
export function Instead({ panel, standing, retry }: InsteadProperties) {
  if (standing.situation === "loading") {
    return (
      <>
        <Skeleton kind={panel.kind} />
        <span className="visually-hidden">Loading {panel.title}</span>
      </>
    );
  }
  if (standing.situation === "refused") {
    return (
      <div className="say">
        <p className="say__title">{standing.detail}</p>
      </div>
    );
  }
  if (standing.situation === "empty") {
    return (
      <div className="say">
        <p className="say__title">{standing.detail || "Nothing to show yet"}</p>
        {panel.empty && panel.empty !== standing.detail && (
          <p>
            <Words parts={inlineOf(panel.empty)} />
          </p>
        )}
      </div>
    );
  }
  return (
    <div className="say say--error">
      <p className="say__title">{standing.detail || "This panel cannot be served"}</p>
      <p className="say__id">{panel.id}</p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}
