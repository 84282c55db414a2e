import { useEffect, useState } from "react";

/** How long nobody must have typed. */
const QUIET_MS = 350;

/** A text as it was when nobody had changed it for a moment: not every key is a request. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
