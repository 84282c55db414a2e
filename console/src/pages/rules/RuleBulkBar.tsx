import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useMay } from "../../api/session";
import { useText } from "../../i18n/text";
import css from "./RuleBulkBar.module.css";

export interface RuleChange {
  enabled?: boolean;
  testing?: boolean;
}

/** What can be done to the selected rules. */
export function RuleBulkBar(props: { count: number; onChange: (op: RuleChange) => void; onClear: () => void }) {
  const t = useText();
  const may = useMay("admin");
  const { count, onChange, onClear } = props;
  return (
    <div className={css.bulk} role="toolbar" aria-label={t.rules.selected(count)}>
      <strong>{t.rules.selected(count)}</strong>
      <Button size="small" disabled={!may} onClick={() => onChange({ enabled: true })}>
        {t.rules.enable} <kbd>e</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={() => onChange({ enabled: false })}>
        {t.rules.disable} <kbd>d</kbd>
      </Button>
      <Button size="small" disabled={!may} title={t.rules.testingHint} onClick={() => onChange({ testing: true })}>
        {t.rules.tryOut} <kbd>t</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={() => onChange({ testing: false })}>
        {t.rules.tryOutEnd}
      </Button>
      <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.common.close} onClick={onClear} />
    </div>
  );
}
