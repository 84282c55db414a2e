import { Button } from "antd";
import { useId, useState } from "react";
import { useExplainRule } from "../api/rules";
import type { AlertDetail, Evidence } from "../api/types";
import { useText } from "../i18n/text";
import { explainAsked } from "./explainAsked";
import { Explained } from "./Explained";
import { Failure } from "./Failure";

/** Explains a record of an alert by the alert's rule, below the record, when asked to. */
export function RecordExplain({ alert, evidence }: { alert: AlertDetail; evidence: Evidence }) {
  const t = useText().alerts;
  const explain = useExplainRule();
  const [open, setOpen] = useState(false);
  const id = useId();
  const asked = explainAsked(alert, evidence);
  if (!asked) return null;
  const toggle = () => {
    setOpen(!open);
    // What was told once stays true: neither the record nor the rule of then changes.
    if (!open && !explain.data) explain.mutate(asked);
  };
  return (
    <div className="stack">
      <div>
        <Button size="small" aria-expanded={open} aria-controls={id} loading={explain.isPending} onClick={toggle}>
          {open ? t.explainHide : t.explain}
        </Button>
      </div>
      <div id={id} hidden={!open}>
        {explain.error && <Failure error={explain.error} />}
        {explain.data && <Explained told={explain.data} />}
      </div>
    </div>
  );
}
