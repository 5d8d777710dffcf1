import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e2f6f9",
  "#c3eaf0",
  "#9adbe5",
  "#6fcbda",
  "#45bdd0",
  "#2aa5b9",
  "#178a9d",
  "#0b6f82",
  "#075866",
  "#04414c",
];

const dark: MantineColorsTuple = [
  "#c8d2dc",
  "#a9b5c2",
  "#8e9bab",
  "#5d6977",
  "#35414e",
  "#2a343f",
  "#1b222a",
  "#13181e",
  "#0c1014",
  "#080b0e",
];

const gray: MantineColorsTuple = [
  "#f6f8fa",
  "#eef1f4",
  "#e4e9ee",
  "#d6dde4",
  "#bcc6d0",
  "#98a4b1",
  "#6b7886",
  "#566373",
  "#2b3642",
  "#10161c",
];

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 4 },
  colors: { teal, dark, gray },
  autoContrast: true,
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "13px", lg: "15px", xl: "20px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "6px", xl: "6px" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
});

const shared = {
  "--mantine-color-body": "var(--page)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--muted)",
  "--mantine-color-placeholder": "var(--muted)",
  "--mantine-color-default": "var(--raised)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-error": "var(--fault)",
};

/** Hands our tokens to the component library, so that there is one list of colours. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: shared,
  dark: shared,
});
