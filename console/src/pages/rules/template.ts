/** The first product whose logs the tests of a text hold: most likely the one whose log is to be explained. A test names
 * its product once, or a correlation over several names it log by log: `- {source: …, log: …}`. */
export function productOf(text: string): string {
  return /^\s+(?:- )?(?:\{\s*)?source:\s*["']?([\w-]+\/[\w-]+)/m.exec(text)?.[1] ?? "";
}
