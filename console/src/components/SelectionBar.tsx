import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useText } from "../i18n/text";
import css from "./SelectionBar.module.css";

interface Props {
  /** How many are selected, in words. */
  label: string;
  onClear: () => void;
  /** What can be done to them. */
  children: ReactNode;
}

/** Stands below a list while something in it is selected. */
export function SelectionBar({ label, onClear, children }: Props) {
  const t = useText();
  return (
    <div className={css.bar} role="toolbar" aria-label={label}>
      <strong>{label}</strong>
      {children}
      <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.common.close} onClick={onClear} />
    </div>
  );
}
