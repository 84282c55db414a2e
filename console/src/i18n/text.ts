import { createContext, use } from "react";
import type { LocalText } from "../api/types";
import type { Dictionary, Locale } from "./dictionary";

export interface Language {
  locale: Locale;
  text: Dictionary;
}

export const LanguageContext = createContext<Language | null>(null);

function useLanguage(): Language {
  const language = use(LanguageContext);
  if (!language) throw new Error("no language around this component");
  return language;
}

/** The strings of the reader's language. */
export function useText(): Dictionary {
  return useLanguage().text;
}

/** Reads the server's two-language texts in the reader's language. */
export function useLocal(): (text: LocalText | null | undefined) => string {
  const { locale } = useLanguage();
  return (text) => (text ? text[locale] || text.en : "");
}

export function useLocale(): Locale {
  return useLanguage().locale;
}

/** The word for one of the server's codes; a code newer than this console is shown as it is. */
export function word(table: Readonly<Record<string, string>>, code: string | number): string {
  return table[String(code)] ?? String(code);
}

/** Loads a language; the other one is never downloaded unless asked for. */
export async function loadDictionary(locale: Locale): Promise<Dictionary> {
  return locale === "zh" ? (await import("./zh")).zh : (await import("./en")).en;
}
