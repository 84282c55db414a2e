import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { PreferencesProvider, storedLocale } from "./app/preferences";
import "./app/theme.css";
import { loadDictionary } from "./i18n/text";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

const locale = storedLocale();
const text = await loadDictionary(locale);

createRoot(root).render(
  <StrictMode>
    <PreferencesProvider locale={locale} text={text}>
      <App />
    </PreferencesProvider>
  </StrictMode>,
);
