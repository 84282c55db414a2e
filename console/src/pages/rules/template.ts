/** The product whose logs the tests of a text hold: most likely the one whose log is to be explained. */
export function productOf(text: string): string {
  return /^\s+(?:- )?source:\s*["']?([\w-]+\/[\w-]+)/m.exec(text)?.[1] ?? "";
}
