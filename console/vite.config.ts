/// <reference types="node" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server embeds `dist` and serves it from the root. During development the API is the one of a
// server running on this machine; CTDR_SERVER names another.
const server = process.env.CTDR_SERVER ?? "http://127.0.0.1:8686";

export default defineConfig({
  base: "/",
  plugins: [react()],
  build: {
    target: "es2022",
    // A source map would be larger than the console itself, and the source is public.
    sourcemap: false,
    // Vite inlines small assets as data: URLs, which a strict content security policy refuses.
    assetsInlineLimit: 0,
    // The module preload polyfill is an inline script; every browser of our target has preload.
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target: server, changeOrigin: false } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
