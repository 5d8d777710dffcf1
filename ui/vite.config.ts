import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const deck = process.env.QUANTDECK_URL ?? "http://127.0.0.1:8050";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/quantdeck/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: "mantine", test: /node_modules[\\/](@mantine|@floating-ui)[\\/]/ },
            {
              name: "charts",
              test: /node_modules[\\/](uplot|lightweight-charts|fancy-canvas)[\\/]/,
            },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: deck, ws: true }, "/health": deck },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
