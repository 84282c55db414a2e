import { Alert, Button, InputNumber, Select } from "antd";
import { useState } from "react";
import { useJob, useLastJob } from "../../api/jobs";
import { asProblem, ProblemError } from "../../api/problem";
import { useBacktestRule } from "../../api/rules";
import { useMay } from "../../api/session";
import type { Job } from "../../api/types";
import { Failure } from "../../components/Failure";
import { JobRunning } from "../../components/JobRunning";
import { useText } from "../../i18n/text";
import { BacktestReport } from "./BacktestReport";
import { keyOf, requestOf, type Tried } from "./tried";

const DAYS = [1, 7, 30, 90];

interface Props {
  tried: Tried;
  /** Where in the console this is: what runs there is found again when one comes back. */
  place: string;
}

/** Tries a rule on what came in during the last days: the noise it would make, before it makes it. */
export function BacktestPanel({ tried, place }: Props) {
  const t = useText().rules;
  const may = useMay("responder");
  const run = useBacktestRule();
  const [last, remember] = useLastJob(place);
  const job = useJob(last?.id ?? "");
  const [days, setDays] = useState(7);
  const [budget, setBudget] = useState<number | null>(null);
  const running = job.data?.state === "running";
  const start = () => {
    const asked = keyOf(tried);
    run.mutate(requestOf(tried, days, budget), { onSuccess: (started) => remember(started, asked) });
  };
  return (
    <div className="stack">
      <div className="muted">{t.backtestHint}</div>
      <div className="row wrap">
        <Select
          aria-label={t.backtestDays}
          value={days}
          options={DAYS.map((value) => ({ value, label: t.lastDays(value) }))}
          onChange={setDays}
        />
        <InputNumber
          aria-label={t.backtestBudget}
          placeholder={t.backtestBudget}
          min={0}
          precision={0}
          style={{ width: 170 }}
          value={budget}
          onChange={setBudget}
        />
        <Button disabled={!may || running} loading={run.isPending} onClick={start}>
          {t.backtestRun}
        </Button>
      </div>
      {run.error && <Failure error={run.error} />}
      {job.error && <Lost error={job.error} onRetry={() => void job.refetch()} />}
      {last && job.data && <Outcome job={job.data} changed={last.asked !== keyOf(tried)} />}
    </div>
  );
}

/** A job that cannot be looked at: the server forgot it, or cannot be reached. */
function Lost({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useText().rules;
  if (asProblem(error).status === 404) return <div className="muted">{t.backtestGone}</div>;
  return <Failure error={error} onRetry={onRetry} />;
}

function Outcome({ job, changed }: { job: Job; changed: boolean }) {
  const t = useText().rules;
  const { records, alerts } = job.progress;
  const words = { running: t.backtestRunning, soFar: t.backtestSoFar(records, alerts), cancel: t.backtestCancel };
  return (
    <>
      {changed && <Alert type="info" showIcon title={t.backtestChanged} />}
      {job.state === "running" && <JobRunning job={job} words={words} />}
      {job.state === "cancelled" && <div className="muted">{t.backtestCancelled}</div>}
      {job.problem && <Failure error={new ProblemError(job.problem)} />}
      {job.report && <BacktestReport told={job.report} />}
    </>
  );
}
