import { Alert, Button, Table } from "antd";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { asProblem } from "../../api/problem";
import { useCheckRule, useRule, useSaveRule } from "../../api/rules";
import { useMay } from "../../api/session";
import type { RuleCheck } from "../../api/types";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Page, PageHead } from "../../components/PageHead";
import { Status } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { copyOf, newRule } from "./template";
import { TextEditor } from "./TextEditor";
import css from "./RuleEditor.module.css";

/** Writes a rule of the user: a new one, a copy, or a change to one. */
export default function RuleEditor() {
  const { id } = useParams();
  const [params] = useSearchParams();
  const from = id ?? params.get("copy") ?? "";
  const rule = useRule(from);
  if (rule.error) return <Failure error={rule.error} onRetry={() => void rule.refetch()} page />;
  if (from === "") return <Editor start={newRule} copied={false} />;
  if (!rule.data) return <Loading page />;
  const { text } = rule.data;
  if (id === undefined) return <Editor key={from} start={() => copyOf(text)} copied />;
  return <Editor key={from} id={id} start={() => text} copied={false} />;
}

function Editor({ id, start, copied }: { id?: string; start: () => string; copied: boolean }) {
  const t = useText();
  const tell = useTell();
  const navigate = useNavigate();
  const check = useCheckRule();
  const save = useSaveRule();
  const may = useMay("admin");
  const [text, setText] = useState(start);
  const [goTo, setGoTo] = useState<{ place: string } | null>(null);
  // A refused save says the same things a check does.
  const refused = save.error ? asProblem(save.error).errors : undefined;
  const result: RuleCheck | undefined = refused ? { ok: false, errors: refused, tests: [] } : check.data;
  const back = () => void navigate(to.rules({ origin: "custom" }));
  return (
    <Page>
      <PageHead title={id === undefined ? t.rules.editorTitle : t.rules.editTitle} subtitle={t.rules.editorHint}>
        <Button onClick={back}>{t.common.cancel}</Button>
        <Button
          loading={check.isPending}
          onClick={() => {
            save.reset();
            check.mutate(text, { onError: tell.failed });
          }}
        >
          {t.rules.check}
        </Button>
        <Button
          type="primary"
          disabled={!may}
          loading={save.isPending}
          onClick={() =>
            save.mutate(
              { text, ...(id !== undefined && { id }) },
              {
                onSuccess: () => {
                  tell.done(t.rules.saved);
                  back();
                },
                onError: (error) => {
                  if (!asProblem(error).errors) tell.failed(error);
                },
              },
            )
          }
        >
          {t.common.save}
        </Button>
      </PageHead>
      {copied && <Alert type="info" showIcon title={t.rules.copyNotice} style={{ marginBottom: 12 }} />}
      <div className={css.columns}>
        <TextEditor
          label={t.rules.text}
          value={text}
          goTo={goTo}
          marked={result?.errors.map((error) => error.place) ?? []}
          onChange={setText}
        />
        {result && <Result result={result} onPlace={(place) => setGoTo({ place })} />}
      </div>
    </Page>
  );
}

function Result({ result, onPlace }: { result: RuleCheck; onPlace: (place: string) => void }) {
  const t = useText().rules;
  const failing = result.tests.some((test) => !test.ok);
  return (
    <div className="stack">
      {result.ok && <Alert type="success" showIcon title={t.checkOk} />}
      {result.errors.length > 0 && <Alert type="error" showIcon title={t.checkErrors(result.errors.length)} />}
      {result.errors.length === 0 && failing && <Alert type="warning" showIcon title={t.checkFailed} />}
      <ul className={css.errors}>
        {result.errors.map((error) => (
          <li key={`${error.place} ${error.message}`}>
            <button type="button" onClick={() => onPlace(error.place)}>
              <span className="mono">{error.place}</span> {error.message}
            </button>
          </li>
        ))}
      </ul>
      {result.tests.length > 0 && (
        <Table
          size="small"
          pagination={false}
          rowKey="name"
          dataSource={result.tests}
          columns={[
            {
              title: t.test,
              render: (_, test) => (
                <>
                  <Status tone={test.ok ? "good" : "bad"}>{test.name}</Status>
                  {test.problem && <div className="muted">{test.problem}</div>}
                </>
              ),
            },
            { title: t.expected, dataIndex: "expected", align: "right", width: 90 },
            { title: t.got, dataIndex: "got", align: "right", width: 80 },
          ]}
        />
      )}
    </div>
  );
}
