import { useEffect, useRef, useState, type RefObject } from "react";

/** How wide an element is, so that a picture in it is drawn for the room there is; never less than `least`. */
export function useWidth<T extends Element>(least: number): [RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(least);
  useEffect(() => {
    if (!ref.current) return undefined;
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(least, Math.floor(entry.contentRect.width)));
    });
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, [least]);
  return [ref, width];
}
