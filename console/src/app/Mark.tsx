/** The product's mark: a shield with a pulse. */
export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#2456c8" />
      <path
        d="M16 6.5 24 9.6v6.1c0 4.8-3.3 8.3-8 9.8-4.7-1.5-8-5-8-9.8V9.6z"
        fill="none"
        stroke="#fff"
        strokeWidth="2"
        strokeLinejoin="round"
      />
      <path
        d="M11.5 16h2.6l1.4-3.2 2 6 1.3-2.8h1.9"
        fill="none"
        stroke="#fff"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
