import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Select } from "antd";
import { useState } from "react";
import { useJob, useLastJob } from "../api/jobs";
import { asProblem, ProblemError } from "../api/problem";
import { useMay } from "../api/session";
import type { Job } from "../api/types";
import { useText } from "../i18n/text";
import { Failure } from "./Failure";
import { JobRunning } from "./JobRunning";
import { ReplayReport } from "./ReplayReport";

const DAYS = [1, 7, 30, 90];

interface Props {
  /** Where in the console this is: what runs there is found again when one comes back. */
  place: string;
  /** What would be tried, as text: a result of something else says so. */
  asked: string;
  start: (days: number) => Promise<Job>;
  disabled?: boolean;
  hint?: string;
}

/** Shows what a change would make of the events of the last days, before anybody saves it. */
export function ReplayPanel({ place, asked, start, disabled = false, hint }: Props) {
  const t = useText();
  const may = useMay("responder");
  const [last, remember] = useLastJob(place);
  const job = useJob(last?.id ?? "");
  const [days, setDays] = useState(7);
  const run = useMutation({ mutationFn: start, onSuccess: (started) => remember(started, asked) });
  const running = job.data?.state === "running";
  return (
    <div className="stack">
      <div className="muted">{hint ?? t.tuning.replayHint}</div>
      <div className="row wrap">
        <Select
          aria-label={t.rules.backtestDays}
          value={days}
          options={DAYS.map((value) => ({ value, label: t.rules.lastDays(value) }))}
          onChange={setDays}
        />
        <Button disabled={!may || running || disabled} loading={run.isPending} onClick={() => run.mutate(days)}>
          {t.tuning.preview}
        </Button>
      </div>
      {run.error && <Failure error={run.error} />}
      {job.error &&
        (asProblem(job.error).status === 404 ? (
          <div className="muted">{t.tuning.gone}</div>
        ) : (
          <Failure error={job.error} onRetry={() => void job.refetch()} />
        ))}
      {last && job.data && <Outcome job={job.data} changed={last.asked !== asked} />}
    </div>
  );
}

function Outcome({ job, changed }: { job: Job; changed: boolean }) {
  const t = useText().tuning;
  const { records, alerts } = job.progress;
  const words = { running: t.running, soFar: t.soFar(records, alerts), cancel: t.cancel };
  return (
    <>
      {changed && <Alert type="info" showIcon title={t.changedSince} />}
      {job.state === "running" && <JobRunning job={job} words={words} />}
      {job.state === "cancelled" && <div className="muted">{t.cancelled}</div>}
      {job.problem && <Failure error={new ProblemError(job.problem)} />}
      {job.replay && <ReplayReport told={job.replay} />}
    </>
  );
}
