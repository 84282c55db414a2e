import type { en } from "./en";

/** Every string of the console. English is the shape; a language that lacks a string does not compile. */
export type Dictionary = typeof en;

export type Locale = "en" | "zh";
