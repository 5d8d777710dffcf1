import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { takeUp, useKeptLook } from "../account/personal";
import { askSession, useSession } from "../account/session";
import type { Look } from "../account/wire";
import { ApiError, pages as fetchPages } from "../api";
import { placesOf } from "../page/arrangement";
import { edit, layoutOf, loadLayouts } from "../page/layouts";
import { PageView } from "../page/PageView";
import { refreshed } from "../page/values";
import { go, pageIdOf, useAddress } from "../route";
import { SetupOffer } from "../setup/SetupOffer";
import { useConnection, usePayload, useStream } from "../stream/hooks";
import type { Page, StatusPayload } from "../wire";
import { BottomBar } from "./BottomBar";
import { Confirm } from "./Confirm";
import { ConnectionBanner } from "./ConnectionBanner";
import { copyAddress } from "./commands";
import { Header } from "./Header";
import { HelpSheet } from "./HelpSheet";
import { listen } from "./keys";
import { Login } from "./Login";
import { Logo } from "./Logo";
import { NoPage } from "./NoPage";
import { PageMenu } from "./PageMenu";
import { Palette } from "./Palette";
import { PrintHead } from "./PrintHead";
import { listenToPrint, printView } from "./print";
import { isShellView, ShellView } from "./ShellView";
import { Sidebar } from "./Sidebar";
import { useStatusNotices } from "./useStatusNotices";

// What was arranged comes before anything is drawn, so that no panel moves once it is seen.
async function arrangedPages(): Promise<Page[]> {
  const pages = await fetchPages();
  await loadLayouts();
  return pages;
}

// Asked first, so that a browser that is not logged in asks for nothing that it is refused.
async function everything(setTheme: (theme: Look["theme"]) => void): Promise<Loaded> {
  const who = await askSession();
  if (!who.logged_in) return { login: true };
  takeUp(who, setTheme);
  return { pages: await arrangedPages() };
}

type Loaded = { pages: Page[] } | { fault: string } | { login: true } | null;

/** The deck: asks for its pages, and for a login where there is none. */
export function App() {
  const client = useStream();
  const { phase, version } = useConnection();
  const [loaded, setLoaded] = useState<Loaded>(null);

  const { setColorScheme } = useMantineColorScheme();
  // Another function at every drawing; what is loaded does not depend on it.
  const setTheme = useRef(setColorScheme);
  setTheme.current = setColorScheme;
  const shown = useRef(false);
  const later = useRef<ReturnType<typeof setTimeout>>(undefined);
  const load = useCallback(() => {
    everything((theme) => setTheme.current(theme)).then(
      (found) => {
        clearTimeout(later.current);
        shown.current = found !== null && "pages" in found;
        setLoaded((old) =>
          found !== null && "pages" in found && old !== null && "pages" in old
            ? { pages: refreshed(old.pages, found.pages) }
            : found,
        );
        if (found !== null && "pages" in found) client.start();
      },
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 401) {
          shown.current = false;
          setLoaded({ login: true });
          return;
        }
        const fault = error instanceof Error ? error.message : String(error);
        // What is on the screen stays there, below the banner, and is asked for again.
        setLoaded((old) => (old !== null && "pages" in old ? old : { fault }));
        clearTimeout(later.current);
        if (shown.current) later.current = setTimeout(load, AGAIN);
      },
    );
  }, [client]);

  // A restarted deck may have other pages.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version asks again
  useEffect(load, [load, version]);

  if (phase === "logged-out" || (loaded !== null && "login" in loaded)) {
    return (
      <Login
        done={() => {
          client.retryNow();
          load();
        }}
      />
    );
  }
  if (loaded === null) return <Splash text="Opening the deck" />;
  if ("fault" in loaded) return <Splash text={loaded.fault} retry={load} />;
  return <Deck pages={loaded.pages} reload={load} />;
}

const AGAIN = 3_000;

// A deck that is being started answers soon: it is asked again without anybody pressing anything.
function Splash({ text, retry }: { text: string; retry?: () => void }) {
  useEffect(() => {
    if (retry === undefined) return;
    const timer = setInterval(retry, AGAIN);
    return () => clearInterval(timer);
  }, [retry]);
  return (
    <main className="splash">
      <Logo size={34} />
      <p role="status">{text}</p>
      {retry && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </main>
  );
}

const NARROW = "quantdeck.sidebar";

function Deck({ pages, reload }: { pages: Page[]; reload(): void }) {
  const address = useAddress();
  const status = usePayload<StatusPayload>("status");
  const { version } = useConnection();
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  const [narrow, setNarrow] = useState(() => localStorage.getItem(NARROW) === "narrow");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("dark");
  const offset = useOffset(status);
  const symbols = useSymbols(status);
  const wanted = pageIdOf(address);
  const page = wanted === "" ? pages[0] : pages.find((one) => one.id === wanted);
  useStatusNotices(status);
  useKeptLook(useSession());

  // Other choices are on offer than when the pages were asked for.
  const offered = status?.pages ?? 0;
  useEffect(() => {
    if (offered > 0) reload();
  }, [offered, reload]);

  useEffect(() => localStorage.setItem(NARROW, narrow ? "narrow" : "wide"), [narrow]);
  const actions = useMemo(
    () => ({
      help: () => setHelp((open) => !open),
      theme: () => setColorScheme(scheme === "dark" ? "light" : "dark"),
      alerts: () => document.getElementById("bell")?.click(),
      sidebar: () => setNarrow((old) => !old),
      capture: () => document.querySelector<HTMLElement>(".header .capture")?.click(),
      print: () => printView(colorScheme, setColorScheme),
      copy: copyAddress,
      arrange: () => page && edit(page.id, placesOf(page.panels ?? [], layoutOf(page.id))),
    }),
    [page, scheme, colorScheme, setColorScheme],
  );
  useEffect(
    () =>
      listen(pages, {
        ...actions,
        search: () => document.getElementById("symbol-search")?.focus(),
        goTo: (target) => go(`/${target.id}`),
        palette: () => setPalette((open) => !open),
      }),
    [pages, actions],
  );

  useEffect(listenToPrint, []);
  const menu = useMemo(
    () => (
      <PageMenu
        page={page?.id ?? ""}
        arrange={actions.arrange}
        print={actions.print}
        copy={actions.copy}
      />
    ),
    [page, actions],
  );
  const openHelp = useCallback(() => setHelp(true), []);
  const openPalette = useCallback(() => setPalette(true), []);
  return (
    <div className={narrow ? "deck deck--narrow" : "deck"}>
      <a className="skip" href="#view">
        Skip to the view
      </a>
      <Header pages={pages} status={status} offset={offset} />
      <Sidebar
        pages={pages}
        current={page?.id ?? wanted}
        narrow={narrow}
        setNarrow={setNarrow}
        help={openHelp}
        commands={openPalette}
      />
      <main id="view" className="view" tabIndex={-1}>
        <PrintHead status={status} />
        <ConnectionBanner />
        {page !== undefined && page === pages[0] && <SetupOffer />}
        {page ? (
          <PageView key={page.id} page={page} address={address} symbols={symbols} menu={menu} />
        ) : isShellView(wanted) ? (
          <ShellView id={wanted} />
        ) : (
          <NoPage name={wanted} pages={pages} />
        )}
      </main>
      <BottomBar
        pages={pages}
        current={page?.id ?? wanted}
        help={openHelp}
        commands={openPalette}
      />
      <Confirm />
      <Palette
        opened={palette}
        close={() => setPalette(false)}
        pages={pages}
        page={page}
        status={status}
        actions={actions}
      />
      <HelpSheet pages={pages} version={version} opened={help} close={() => setHelp(false)} />
    </div>
  );
}

// The same list as long as it names the same symbols, however often the status comes.
function useSymbols(status: StatusPayload | null): string[] {
  const joined = [...(status?.symbols ?? []), ...(status?.uploaded ?? [])].join("\n");
  return useMemo(() => joined.split("\n").filter((symbol) => symbol !== ""), [joined]);
}

// The deck's clock against this machine's, so that the page shows the deck's time every second.
function useOffset(status: StatusPayload | null): number {
  const [offset, setOffset] = useState(0);
  const clock = status?.clock_ms;
  useEffect(() => {
    if (clock === undefined) return;
    const now = clock - Date.now();
    setOffset((old) => (Math.abs(now - old) > 400 ? now : old));
  }, [clock]);
  return offset;
}
