import { Alert, Button } from "antd";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import { useMay } from "../../api/session";
import { startReplay, useCorrelationSettings, useSaveCorrelationSettings } from "../../api/tuning";
import type { CorrelationSettings } from "../../api/types";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Page, PageHead, Panel } from "../../components/PageHead";
import { ReplayPanel } from "../../components/ReplayPanel";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import css from "./Correlation.module.css";
import { draftOf, inputOf, mistakesOf } from "./draft";
import { Infrastructure } from "./Infrastructure";
import { NoisyRules } from "./NoisyRules";
import { PatternsOff } from "./PatternsOff";

/** What correlation should know of the network it watches. */
export default function Correlation() {
  const settings = useCorrelationSettings();
  // What somebody else saved must not take away what is being written: the form starts anew only when asked to.
  const [shown, setShown] = useState<CorrelationSettings | null>(null);
  const start = shown ?? settings.data;
  if (settings.error) return <Failure error={settings.error} onRetry={() => void settings.refetch()} page />;
  if (!start) return <Loading page />;
  const onReload = async () => setShown((await settings.refetch()).data ?? null);
  return <Editor key={start.version} settings={start} onSaved={setShown} onReload={() => void onReload()} />;
}

interface Props {
  settings: CorrelationSettings;
  onSaved: (settings: CorrelationSettings) => void;
  onReload: () => void;
}

function Editor({ settings, onSaved, onReload }: Props) {
  const t = useText();
  const tell = useTell();
  const may = useMay("admin");
  const save = useSaveCorrelationSettings();
  const [draft, setDraft] = useState(() => draftOf(settings));
  const problem = save.error ? asProblem(save.error) : undefined;
  const input = inputOf(draft);
  const onSave = () =>
    save.mutate(
      { version: settings.version, settings: input },
      {
        onSuccess: (saved) => {
          tell.done(t.correlation.saved);
          onSaved(saved);
        },
      },
    );
  return (
    <Page>
      <PageHead title={t.correlation.title} subtitle={t.correlation.subtitle}>
        <Button type="primary" disabled={!may} loading={save.isPending} onClick={onSave}>
          {t.common.save}
        </Button>
      </PageHead>
      <div className="stack">
        {problem?.status === 412 ? (
          <Alert
            type="warning"
            showIcon
            title={t.correlation.stale}
            action={<Button onClick={onReload}>{t.correlation.reload}</Button>}
          />
        ) : (
          save.error && <Failure error={save.error} />
        )}
        <Infrastructure
          draft={draft}
          mistakes={mistakesOf(draft, problem?.errors)}
          disabled={!may}
          onChange={(next) => {
            // What was said of the rows as they were is no longer about them.
            save.reset();
            setDraft(next);
          }}
        />
        <NoisyRules noisy={draft.noisy} disabled={!may} onChange={(noisy) => setDraft({ ...draft, noisy })} />
        <PatternsOff
          off={draft.patternsOff}
          disabled={!may}
          onChange={(patternsOff) => setDraft({ ...draft, patternsOff })}
        />
        <Panel title={t.correlation.previewTitle}>
          <div className={css.body}>
            <ReplayPanel
              place="correlation"
              asked={JSON.stringify(input)}
              start={(days) => startReplay({ days, correlation: input })}
            />
          </div>
        </Panel>
      </div>
    </Page>
  );
}
