import { defineConfig } from "vite";

/** The script and the style of tear sheets, which stand inside of their pages: one file each. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/quantdeck/web",
    emptyOutDir: false,
    target: "es2022",
    lib: {
      entry: "src/report/main.ts",
      formats: ["iife"],
      name: "quantdeckReport",
      fileName: () => "report.js",
      cssFileName: "report",
    },
  },
});
