import { Button, Input, Select } from "antd";
import { useState } from "react";
import { useExplainRule } from "../../api/rules";
import { useSourceProducts } from "../../api/sources";
import { Explained } from "../../components/Explained";
import { Failure } from "../../components/Failure";
import { useLocal, useText } from "../../i18n/text";
import { productOf } from "./template";

/** Says, selection by selection, what a rule makes of a log that is pasted. */
export function ExplainPanel({ text }: { text: string }) {
  const t = useText().rules;
  const local = useLocal();
  const products = useSourceProducts().data ?? [];
  const explain = useExplainRule();
  const [chosen, setChosen] = useState("");
  const [raw, setRaw] = useState("");
  const product = chosen || productOf(text);
  return (
    <div className="stack">
      <div className="muted">{t.explainHint}</div>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t.explainProduct}
        value={product || null}
        placeholder={t.explainProduct}
        options={products.map((item) => ({ value: item.product, label: local(item.title) }))}
        onChange={setChosen}
      />
      <Input.TextArea
        aria-label={t.explainLog}
        className="mono"
        placeholder={t.explainLog}
        rows={5}
        spellCheck={false}
        value={raw}
        onChange={(event) => setRaw(event.target.value)}
      />
      <div>
        <Button
          disabled={product === "" || raw.trim() === ""}
          loading={explain.isPending}
          onClick={() => explain.mutate({ text, product, raw: raw.trim() })}
        >
          {t.explainRun}
        </Button>
      </div>
      {explain.error && <Failure error={explain.error} />}
      {explain.data && <Explained told={explain.data} />}
    </div>
  );
}
