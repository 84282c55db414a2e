import { useText } from "../i18n/text";
import css from "./Loading.module.css";

/** A quiet bar that appears only if waiting takes long enough to notice. */
export function Loading({ page = false }: { page?: boolean }) {
  const t = useText().shell;
  return (
    <div className={page ? css.page : css.inline} role="status" aria-label={t.loading}>
      <span className={css.bar} />
    </div>
  );
}
