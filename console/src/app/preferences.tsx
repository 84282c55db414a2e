import { createContext, use, useEffect, useState, type ReactNode } from "react";
import { setRequestLanguage } from "../api/client";
import type { Dictionary, Locale } from "../i18n/dictionary";
import { LanguageContext, loadDictionary } from "../i18n/text";

export type Appearance = "light" | "dark" | "system";

interface Preferences {
  locale: Locale;
  setLocale: (locale: Locale) => void;
  appearance: Appearance;
  setAppearance: (appearance: Appearance) => void;
  /** What `system` comes to right now. */
  dark: boolean;
}

const PreferencesContext = createContext<Preferences | null>(null);

/** Language and appearance of this browser. */
export function usePreferences(): Preferences {
  const preferences = use(PreferencesContext);
  if (!preferences) throw new Error("no preferences around this component");
  return preferences;
}

const LOCALE = "ctdr.locale";
const APPEARANCE = "ctdr.appearance";

export function storedLocale(): Locale {
  const stored = localStorage.getItem(LOCALE);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function storedAppearance(): Appearance {
  const stored = localStorage.getItem(APPEARANCE);
  return stored === "light" || stored === "dark" ? stored : "system";
}

const prefersDark = () => window.matchMedia("(prefers-color-scheme: dark)");

function useSystemDark(): boolean {
  const [dark, setDark] = useState(() => prefersDark().matches);
  useEffect(() => {
    const query = prefersDark();
    const onChange = () => setDark(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);
  return dark;
}

/** Starts with a dictionary that is already loaded, so that nothing is ever shown without words. */
export function PreferencesProvider(props: { locale: Locale; text: Dictionary; children: ReactNode }) {
  const [language, setLanguage] = useState({ locale: props.locale, text: props.text });
  const [appearance, setAppearanceState] = useState(storedAppearance);
  const systemDark = useSystemDark();
  const dark = appearance === "system" ? systemDark : appearance === "dark";

  useEffect(() => {
    document.documentElement.lang = language.locale === "zh" ? "zh-CN" : "en";
    setRequestLanguage(language.locale);
  }, [language.locale]);
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }, [dark]);

  const setLocale = (locale: Locale) => {
    localStorage.setItem(LOCALE, locale);
    void loadDictionary(locale).then((text) => setLanguage({ locale, text }));
  };
  const setAppearance = (next: Appearance) => {
    localStorage.setItem(APPEARANCE, next);
    setAppearanceState(next);
  };
  return (
    <PreferencesContext value={{ locale: language.locale, setLocale, appearance, setAppearance, dark }}>
      <LanguageContext value={language}>{props.children}</LanguageContext>
    </PreferencesContext>
  );
}
