import { type ComponentType, lazy, Suspense } from "react";

// Views that the shell draws itself, each loaded when it is opened.
const VIEWS: Record<string, ComponentType> = {
  account: lazy(() => import("../account/AccountView")),
  users: lazy(() => import("../account/UsersView")),
  settings: lazy(() => import("../setup/SettingsView")),
  setup: lazy(() => import("../setup/SetupView")),
};

/** Whether an id names a view that is none of the deck's pages. */
export function isShellView(id: string): boolean {
  return id in VIEWS;
}

/** A view of the shell. */
export function ShellView({ id }: { id: string }) {
  const View = VIEWS[id];
  return (
    <Suspense fallback={<p role="status">Opening</p>}>{View !== undefined && <View />}</Suspense>
  );
}
