import { UploadOutlined } from "@ant-design/icons";
import { Button, Modal, Upload } from "antd";
import { useState } from "react";
import { useImportRules } from "../../api/rules";
import type { RuleImport } from "../../api/types";
import { Failure } from "../../components/Failure";
import { Status } from "../../components/Status";
import { useText } from "../../i18n/text";

/** What became of a file, or why it could not be sent. */
type Outcome = { name: string } & ({ told: RuleImport } | { error: unknown });

/** Takes in rules from YAML files, and tells of each rule what became of it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const load = useImportRules();
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const send = async (file: File) => {
    const outcome = await file
      .text()
      .then((text) => load.mutateAsync(text))
      .then((told) => ({ name: file.name, told }))
      .catch((error: unknown) => ({ name: file.name, error }));
    setOutcomes((before) => [...before, outcome]);
  };
  return (
    <Modal open title={t.rules.importTitle} onCancel={onClose} width={680} footer={<Button onClick={onClose}>{t.common.close}</Button>}>
      <div className="stack">
        <div className="muted">{t.rules.importHint}</div>
        <Upload
          multiple
          accept=".yml,.yaml"
          showUploadList={false}
          beforeUpload={(file) => {
            void send(file);
            return false;
          }}
        >
          <Button icon={<UploadOutlined />} loading={load.isPending}>
            {t.rules.importChoose}
          </Button>
        </Upload>
        <div className="stack" aria-live="polite">
          {outcomes.map((outcome, index) => (
            <section key={index}>
              <strong>{outcome.name}</strong>
              {"error" in outcome ? <Failure error={outcome.error} /> : <Told told={outcome.told} />}
            </section>
          ))}
        </div>
      </div>
    </Modal>
  );
}

function Told({ told }: { told: RuleImport }) {
  const t = useText().rules;
  return (
    <>
      <div>{t.importFile(told.accepted, told.rules.length)}</div>
      {told.rules.map((rule) => (
        <div key={rule.line}>
          <Status tone={rule.accepted ? "good" : "bad"}>
            <span>
              {t.importLine(rule.line)} <span className="mono">{rule.id}</span> {rule.accepted && t.importTaken}
            </span>
          </Status>
          {rule.errors.map((error) => (
            <div key={`${error.place} ${error.message}`} className="muted" style={{ paddingLeft: 16 }}>
              <span className="mono">{error.place}</span> {error.message}
            </div>
          ))}
        </div>
      ))}
    </>
  );
}
