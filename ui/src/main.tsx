import "./theme/mantine.css";
import "@mantine/notifications/styles.layer.css";
import "./theme/tokens.css";
import "./theme/looks.css";
import "./theme/base.css";
import "./theme/shell.css";
import "./theme/header.css";
import "./theme/sheets.css";
import "./theme/panels.css";
import "./theme/bodies.css";
import "./theme/charts.css";
import "./theme/forms.css";
import "./theme/setup.css";
import "./theme/arrange.css";
import "./theme/account.css";
import "./theme/small.css";
import "./theme/print.css";
import "./theme/cv.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { createRoot } from "react-dom/client";
import { logIn } from "./api";
import { App } from "./shell/App";
import { StreamClient } from "./stream/client";
import { StreamContext } from "./stream/hooks";
import { browser } from "./stream/machine";
import { takeUpLook } from "./theme/look";
import { theme, variables } from "./theme/mantine";

/** Exchanges the one-time token of the opened link for a session and takes it out of the address. */
async function enter(): Promise<void> {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (token === null) return;
  address.searchParams.delete("token");
  history.replaceState(null, "", address.pathname + address.search);
  // A used token may belong to a session that is still good; if not, the login page asks.
  await logIn(token).catch(() => {});
}

const client = new StreamClient(browser);
client.setHidden(document.hidden);
document.addEventListener("visibilitychange", () => client.setHidden(document.hidden));

takeUpLook();
await enter();
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <MantineProvider
      theme={theme}
      defaultColorScheme="dark"
      cssVariablesResolver={variables}
      deduplicateInlineStyles
    >
      <Notifications limit={3} position="bottom-right" />
      <StreamContext value={client}>
        <App />
      </StreamContext>
    </MantineProvider>,
  );
}
