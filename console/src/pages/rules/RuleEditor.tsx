import { Alert, Button, Tabs } from "antd";
import { useMemo, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { asProblem } from "../../api/problem";
import { useRule, useRuleLint, useRuleSkeleton, useSaveRule } from "../../api/rules";
import { useMay } from "../../api/session";
import { startReplay } from "../../api/tuning";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Page, PageHead } from "../../components/PageHead";
import { ReplayPanel } from "../../components/ReplayPanel";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { BacktestPanel } from "./BacktestPanel";
import { ExplainPanel } from "./ExplainPanel";
import { copyOf } from "./copy";
import type { Mark } from "./marks";
import { ProblemList, useFoundText, type Found } from "./ProblemList";
import { ProductPicker } from "./ProductPicker";
import { TestPanel } from "./TestPanel";
import { TextEditor } from "./TextEditor";
import { useSettled } from "./useSettled";
import css from "./RuleEditor.module.css";

/** Writes a rule of the user: a new one, a copy, or a change to one. */
export default function RuleEditor() {
  const { id } = useParams();
  const [params] = useSearchParams();
  const from = id ?? params.get("copy") ?? "";
  const product = params.get("product") ?? "";
  const rule = useRule(from);
  if (rule.error) return <Failure error={rule.error} onRetry={() => void rule.refetch()} page />;
  if (from === "") return product === "" ? <ProductPicker /> : <NewRule key={product} product={product} />;
  if (!rule.data) return <Loading page />;
  const { text } = rule.data;
  if (id === undefined) return <Editor key={from} start={() => copyOf(text)} copied />;
  return <Editor key={from} id={id} start={() => text} copied={false} />;
}

/** A rule that starts from a real log of a product. */
function NewRule({ product }: { product: string }) {
  const skeleton = useRuleSkeleton(product);
  if (skeleton.error) return <Failure error={skeleton.error} onRetry={() => void skeleton.refetch()} page />;
  if (!skeleton.data) return <Loading page />;
  const { text } = skeleton.data;
  return <Editor start={() => text} copied={false} />;
}

function Editor({ id, start, copied }: { id?: string; start: () => string; copied: boolean }) {
  const t = useText();
  const tell = useTell();
  const navigate = useNavigate();
  const save = useSaveRule();
  const may = useMay("admin");
  // A text field knows one way to end a line, and what is underlined counts on it.
  const [text, setText] = useState(() => start().replace(/\r\n?/g, "\n"));
  const [goTo, setGoTo] = useState<{ place: string } | null>(null);
  const lint = useRuleLint(useSettled(text));
  // What a save was refused for, until the text is another one.
  const refused = save.variables?.text === text && save.error ? asProblem(save.error).errors : undefined;
  const known = lint.data?.findings;
  const found: Found[] | undefined =
    refused?.map((error) => known?.find((one) => isSame(one, error)) ?? { ...error, severity: "error" }) ?? known;
  const say = useFoundText();
  const marks = useMemo<Mark[]>(
    () => found?.map((one) => ({ place: one.place, severity: one.severity, text: say(one).text })) ?? [],
    [found, say],
  );
  const back = () => void navigate(to.rules({ origin: "custom" }));
  const onSave = () =>
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
    );
  return (
    <Page>
      <PageHead title={id === undefined ? t.rules.editorTitle : t.rules.editTitle} subtitle={t.rules.editorHint}>
        <Button onClick={back}>{t.common.cancel}</Button>
        <Button type="primary" disabled={!may} loading={save.isPending} onClick={onSave}>
          {t.common.save}
        </Button>
      </PageHead>
      {copied && <Alert type="info" showIcon title={t.rules.copyNotice} style={{ marginBottom: 12 }} />}
      <div className={css.columns}>
        <TextEditor
          label={t.rules.text}
          value={text}
          goTo={goTo}
          marks={marks}
          judged={refused ? text : (lint.data?.text ?? text)}
          onChange={setText}
        />
        <Tabs
          className={css.side ?? ""}
          items={[
            {
              key: "problems",
              label: found?.length ? `${t.rules.editorTabs.problems} (${found.length})` : t.rules.editorTabs.problems,
              children: lint.error ? (
                <Failure error={lint.error} onRetry={() => void lint.refetch()} />
              ) : (
                <ProblemList found={found} onPlace={(place) => setGoTo({ place })} />
              ),
            },
            {
              key: "test",
              label: t.rules.editorTabs.test,
              children: <TestPanel text={text} onPlace={(place) => setGoTo({ place })} />,
            },
            { key: "explain", label: t.rules.editorTabs.explain, children: <ExplainPanel text={text} /> },
            {
              key: "backtest",
              label: t.rules.editorTabs.backtest,
              children: <BacktestPanel tried={{ text }} place={`editor ${id ?? ""}`} />,
            },
            {
              key: "events",
              label: t.rules.editorTabs.events,
              children: (
                <ReplayPanel
                  place={`rule ${id ?? ""}`}
                  asked={text}
                  start={(days) => startReplay({ days, text })}
                  hint={t.rules.eventsHint}
                />
              ),
            },
          ]}
        />
      </div>
    </Page>
  );
}

/** A refusal that the linter has words for. */
const isSame = (one: { place: string; message: string }, other: { place: string; message: string }) =>
  one.place === other.place && one.message === other.message;
